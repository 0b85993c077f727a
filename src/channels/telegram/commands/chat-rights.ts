import { flag, type TlObject } from '../tl';

/**
 * What a member may do, in our words → flags of `chatBannedRights`, which say what is forbidden
 * (core.telegram.org/constructor/chatBannedRights). A flag a layer does not know is left out by it.
 */
const MEMBER = {
	text: ['send_plain'],
	photos: ['send_photos'],
	videos: ['send_videos'],
	videoNotes: ['send_roundvideos'],
	audios: ['send_audios'],
	voices: ['send_voices'],
	files: ['send_docs'],
	stickers: ['send_stickers', 'send_gifs', 'send_games', 'send_inline'],
	polls: ['send_polls'],
	links: ['embed_links'],
	info: ['change_info'],
	invite: ['invite_users'],
	pin: ['pin_messages'],
	topics: ['manage_topics'],
} as const;
export type MemberRight = keyof typeof MEMBER;
export const MEMBER_RIGHTS = Object.keys(MEMBER) as [MemberRight, ...MemberRight[]];

const MEDIA: readonly MemberRight[] = [
	'photos',
	'videos',
	'videoNotes',
	'audios',
	'voices',
	'files',
	'stickers',
	'polls',
];

/** @param until unix seconds; 0 = for ever for one member, the largest number for the default of a chat */
export function bannedRights(allowed: readonly MemberRight[], until: number): TlObject {
	const forbidden = MEMBER_RIGHTS.filter((right) => !allowed.includes(right));
	const flags = forbidden.flatMap((right) => MEMBER[right].map((name) => [name, true] as const));
	const noMedia = MEDIA.every((right) => forbidden.includes(right));
	return {
		_: 'chatBannedRights',
		...Object.fromEntries(flags),
		...(noMedia ? { send_media: true } : {}),
		...(noMedia && forbidden.includes('text') ? { send_messages: true } : {}),
		until_date: until,
	};
}

/** May not even look: what Telegram calls a ban. All flags are set, as the official apps do. */
export function bannedWholly(until: number): TlObject {
	return { ...bannedRights([], until), _: 'chatBannedRights', view_messages: true };
}

/** Nothing is forbidden. */
export const UNBANNED: TlObject = { _: 'chatBannedRights', until_date: 0 };

export function allowedIn(banned: TlObject): MemberRight[] {
	if (flag(banned, 'view_messages')) return [];
	return MEMBER_RIGHTS.filter((right) => !MEMBER[right].some((name) => flag(banned, name)));
}

/** What an administrator may do → flags of `chatAdminRights`. */
const ADMIN = {
	info: 'change_info',
	post: 'post_messages',
	edit: 'edit_messages',
	delete: 'delete_messages',
	ban: 'ban_users',
	invite: 'invite_users',
	pin: 'pin_messages',
	topics: 'manage_topics',
	calls: 'manage_call',
	admins: 'add_admins',
	anonymous: 'anonymous',
} as const;
export type AdminRight = keyof typeof ADMIN;
export const ADMIN_RIGHTS = Object.keys(ADMIN) as [AdminRight, ...AdminRight[]];

/** `other` is what the official apps set with every administrator; without rights nobody is one. */
export function adminRights(rights: readonly AdminRight[]): TlObject {
	const flags = rights.map((right) => [ADMIN[right], true] as const);
	return {
		_: 'chatAdminRights',
		...Object.fromEntries(flags),
		...(rights.length === 0 ? {} : { other: true }),
	};
}

export function rightsOf(admin: TlObject): AdminRight[] {
	return ADMIN_RIGHTS.filter((right) => flag(admin, ADMIN[right]));
}
