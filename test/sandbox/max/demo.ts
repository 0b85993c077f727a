import type { World } from './core/world';
import { createChat, openDialog } from './state/chats';
import { appendMessage } from './state/messages';
import type { User } from './state/model';
import { createSession, createUser, listContact } from './state/users';

/** One account of the demo, with everything needed to log in to it. */
export interface DemoAccount {
	readonly id: string;
	readonly name: string;
	/** With `+`. */
	readonly phone: string;
	/** 2FA password; absent: none is set. */
	readonly password?: string;
	/** A session that exists already, per transport: LOGIN needs only this. */
	readonly web?: DemoSession;
	readonly mobile?: DemoSession;
}

export interface DemoSession {
	readonly token: string;
	readonly deviceId: string;
	readonly deviceType: string;
}

/** What a new sandbox holds; message ids are not listed, history tells them. */
export interface Demo {
	/** Anna (2FA password, web and mobile sessions), Boris (the same without a password), Clara (no session, no password). */
	readonly accounts: readonly [DemoAccount, DemoAccount, DemoAccount];
	/** A group of the three and a channel of Anna. */
	readonly groupId: string;
	readonly channelId: string;
	readonly botId: string;
	/** The service's own account, which sends login codes. */
	readonly serviceId: string;
}

const people = [
	{
		id: 12_345_678n,
		firstName: 'Anna',
		lastName: 'Lee',
		phone: '79990000001',
		password: 'correct-horse',
		hint: 'battery',
	},
	{ id: 87_654_321n, firstName: 'Boris', lastName: 'Orlov', phone: '79990000002' },
	{ id: 13_579_135n, firstName: 'Clara', lastName: 'Weiss', phone: '79990000003' },
] as const;

/** Fills an empty world with three people, a bot, the service account, a group, a channel and a few messages. */
export function fillDemo(world: World): Demo {
	const users = people.map((person) => createUser(world, person));
	const [anna, boris, clara] = users as [User, User, User];
	const bot = createUser(world, {
		id: 4_000_001n,
		firstName: 'Helper',
		options: ['BOT'],
		link: 'helper_bot',
	});
	const service = createUser(world, { id: 1_000_001n, firstName: 'MAX', options: ['OFFICIAL', 'BOT'] });
	for (const owner of users) {
		for (const other of users) if (owner !== other) listContact(world, owner, other.id).listed = true;
	}
	const group = createChat(world, anna, 'CHAT', 'Team', [boris, clara]);
	// Yesterday, a minute apart: nothing of the demo shares its time with what a test does.
	let minute = 0;
	const time = (): number => world.now() - 86_400_000 + (minute += 1) * 60_000;
	appendMessage(world, group, anna, {
		time: time(),
		attaches: [
			{
				kind: 'CONTROL',
				event: 'new',
				fields: { chatType: 'CHAT', title: 'Team', userIds: [boris.id, clara.id] },
			},
		],
	});
	const channel = createChat(world, anna, 'CHANNEL', 'News', [boris]);
	channel.access = 'PUBLIC';
	channel.publicName = 'sandbox_news';
	appendMessage(world, channel, anna, { text: 'The first post', time: time() });
	const dialog = openDialog(world, anna, boris);
	appendMessage(world, dialog, boris, { text: 'Hello Anna', time: time() });
	appendMessage(world, dialog, anna, { text: 'Hello Boris', time: time() });
	appendMessage(world, openDialog(world, anna, service), service, {
		text: 'Login code: 123456. Tell it to nobody.',
		time: time(),
	});
	openDialog(world, anna, bot);
	const account = (user: User, sessions: boolean): DemoAccount => ({
		id: user.id.toString(),
		name: [user.firstName, user.lastName].join(' '),
		phone: `+${user.phone}`,
		...(user.password === undefined ? {} : { password: user.password }),
		...(sessions
			? { web: demoSession(world, user, 'WEB'), mobile: demoSession(world, user, 'ANDROID') }
			: {}),
	});
	return {
		accounts: [account(anna, true), account(boris, true), account(clara, false)],
		groupId: group.id.toString(),
		channelId: channel.id.toString(),
		botId: bot.id.toString(),
		serviceId: service.id.toString(),
	};
}

/** A session that was logged in earlier, as an imported token would be. */
export function demoSession(world: World, user: User, deviceType: string): DemoSession {
	const web = deviceType === 'WEB';
	const deviceId = web ? world.random.uuid() : world.random.hex(16);
	const session = createSession(world, user, {
		transport: web ? 'websocket' : 'tcp',
		deviceId,
		deviceType,
		deviceName: web ? 'Chrome' : 'Xiaomi Redmi Note 12',
		appVersion: web ? '26.9.8' : '26.29.1',
	});
	return { token: session.tokens[0] ?? '', deviceId, deviceType };
}
