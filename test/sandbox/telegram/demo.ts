import { addMember, createChannel, createGroup } from './state/chats';
import { Delivery } from './state/delivery';
import { post } from './state/messages';
import { marked } from './state/model';
import type { Person } from './state/model';
import { createPerson } from './state/people';
import { serviceId } from './state/views';
import type { World } from './state/world';

/** One account of the demo, with everything needed to log in to it. */
export interface DemoAccount {
	readonly id: string;
	readonly name: string;
	readonly username: string | undefined;
	/** With `+`. */
	readonly phone: string;
	/** Login code: the data centre's number, five times, as on Telegram's test servers. */
	readonly code: string;
	readonly dc: number;
	/** 2FA password; absent: none is set. */
	readonly password?: string;
}

/** What a new sandbox holds. Chat ids are marked, as the Bot API writes them. */
export interface Demo {
	/** Anna (2FA password), Boris (none), Clara (none, lives in another data centre). */
	readonly accounts: readonly [DemoAccount, DemoAccount, DemoAccount];
	readonly groupId: string;
	readonly supergroupId: string;
	readonly channelId: string;
	readonly botId: string;
}

/** Fills an empty world with three accounts, a bot, the service account, chats of each kind and a few messages. */
export function fillDemo(world: World): Demo {
	const make = (person: Parameters<typeof createPerson>[1]): Person => createPerson(world, person);
	make({ id: serviceId, firstName: 'Telegram', phone: '42777' });
	const password = 'correct-horse';
	const anna = make({
		id: 1_000_001n,
		firstName: 'Anna',
		lastName: 'Lee',
		username: 'anna_sandbox',
		phone: '79990000001',
		homeDc: 2,
		password,
		hint: 'battery',
	});
	const boris = make({
		id: 1_000_002n,
		firstName: 'Boris',
		username: 'boris_sandbox',
		phone: '79990000002',
		homeDc: 2,
	});
	const clara = make({ id: 1_000_003n, firstName: 'Clara', phone: '79990000003', homeDc: 1 });
	const bot = make({
		id: 1_000_100n,
		firstName: 'Helper',
		username: 'helper_sandbox_bot',
		bot: true,
		homeDc: 2,
	});
	anna.contacts.set(boris.id, { firstName: 'Boris', lastName: '' });
	boris.contacts.set(anna.id, { firstName: 'Anna', lastName: 'Lee' });
	const delivery = new Delivery(world);
	const group = createGroup(world, anna, 'Family', 4_000_001n);
	addMember(world, group, boris, anna.id);
	post(
		world,
		anna,
		group.key,
		{ action: { _: 'messageActionChatCreate', title: 'Family', users: [anna.id, boris.id] } },
		delivery,
	);
	const supergroup = createChannel(world, anna, { id: 2_000_001n, title: 'Team', megagroup: true });
	const channel = createChannel(world, anna, {
		id: 2_000_002n,
		title: 'News',
		megagroup: false,
		username: 'sandbox_news',
	});
	for (const one of [supergroup, channel]) {
		for (const person of [boris, clara]) addMember(world, one, person, anna.id);
		post(world, anna, one.key, { action: { _: 'messageActionChannelCreate', title: one.title } }, delivery);
	}
	post(world, boris, marked.user(anna.id), { text: 'Hello Anna' }, delivery);
	post(world, anna, marked.user(boris.id), { text: 'Hello Boris' }, delivery);
	post(world, anna, channel.key, { text: 'The first post' }, delivery);
	delivery.finish();
	const account = (person: Person, secret?: string): DemoAccount => ({
		id: person.id.toString(),
		name: [person.firstName, person.lastName].filter((part) => part !== '').join(' '),
		username: person.username,
		phone: `+${person.phone}`,
		code: String(person.homeDc).repeat(world.policy.codeDigits),
		dc: person.homeDc,
		...(secret === undefined ? {} : { password: secret }),
	});
	return {
		accounts: [account(anna, password), account(boris), account(clara)],
		groupId: group.key.toString(),
		supergroupId: supergroup.key.toString(),
		channelId: channel.key.toString(),
		botId: bot.id.toString(),
	};
}
