import type { World } from '../core/world';
import type { Chat, User } from './model';

/** The part of a link after the host: `name`, `join/<hash>` or what a client stripped to it. */
function pathOf(link: string): string {
	return link.replace(/^https?:\/\/max\.ru\//, '').replace(/^\/+/, '');
}

export function chatByLink(world: World, link: string): Chat | undefined {
	const path = pathOf(link);
	const hash = /^join\/(.+)$/.exec(path)?.[1];
	return [...world.chats.values()].find((chat) =>
		hash === undefined ? chat.publicName === path && chat.access === 'PUBLIC' : chat.inviteHash === hash,
	);
}

export function userByLink(world: World, link: string): User | undefined {
	const path = pathOf(link);
	return [...world.users.values()].find((user) => user.link === path);
}
