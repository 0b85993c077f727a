import { children } from '../tl/value';
import type { TlObject } from '../tl/value';
import type { AuthKey } from '../wire/auth-key';
import type { Session } from '../wire/session';
import { present } from './chats';
import type { Channel, Copy, Person } from './model';
import { minUser, peersIn, viewMessage } from './views';
import type { World } from './world';

/** Updates that only matter now: never numbered, never repeated by a difference. */
const transient = new Set([
	'updateUserTyping',
	'updateChatUserTyping',
	'updateChannelUserTyping',
	'updateUserStatus',
	'updateLoginToken',
	'updateMessageID',
	'updateReadChannelInbox',
	'updateReadChannelOutbox',
	'updateTranscribedAudio',
]);

/** What may travel as updateShort. */
const short = new Set(['updateUserTyping', 'updateChatUserTyping', 'updateUserStatus', 'updateLoginToken']);

/**
 * Everything one action tells everybody: gathered, then one payload per account, pushed to all its sessions
 * but the one that acted, which gets it as the result.
 */
export class Delivery {
	private readonly updates = new Map<
		Person,
		{ readonly update: TlObject; readonly fresh: Copy | undefined }[]
	>();

	constructor(
		private readonly world: World,
		private readonly origin?: Session,
	) {}

	private note(person: Person, update: TlObject | undefined, fresh?: Copy): void {
		if (update === undefined) return;
		const list = this.updates.get(person) ?? [];
		list.push({ update, fresh });
		this.updates.set(person, list);
	}

	/** An update without pts; kept for differences unless it only matters now. */
	tell(person: Person, update: TlObject): void {
		if (!transient.has(update._)) person.timeline.push({ at: this.world.serverSeconds(), update });
		if (person.timeline.length > 1000) person.timeline.shift();
		this.note(person, update);
	}

	/** Only for the one who acts: part of the result, not pushed. */
	answer(person: Person, update: TlObject): void {
		this.note(person, update);
	}

	/** An event in an account's own box. */
	account(
		person: Person,
		count: number,
		render: (pts: number) => TlObject | undefined,
		fresh?: Copy,
	): number {
		const event = person.box.advance(count, this.world.serverSeconds(), (_viewer, pts) => render(pts), fresh);
		this.note(person, event.render(person), fresh);
		return event.pts;
	}

	/** An event in a channel's box, for all members. */
	channel(
		channel: Channel,
		count: number,
		render: (viewer: Person, pts: number) => TlObject | undefined,
		fresh?: Copy,
	): number {
		const event = channel.box.advance(count, this.world.serverSeconds(), render, fresh);
		for (const { id } of present(channel)) {
			const person = this.world.person(id);
			const acts = this.origin?.key.principal.authorization?.account === id;
			if (channel.pushes || acts) this.note(person, event.render(person), fresh);
		}
		return event.pts;
	}

	/** Pushes and returns the `Updates` for the one who acted (empty when nothing concerns him). */
	finish(): TlObject {
		const originAccount = this.origin?.key.principal.authorization?.account;
		let result: TlObject = {
			_: 'updates',
			updates: [],
			users: [],
			chats: [],
			date: this.world.serverSeconds(),
			seq: 0,
		};
		for (const [person, list] of this.updates) {
			if (person.id === originAccount)
				result = this.container(
					person,
					list.map(({ update }) => update),
				);
			const pushed = list.filter(({ update }) => update._ !== 'updateMessageID');
			if (pushed.length > 0) this.pushTo(person, pushed);
		}
		this.updates.clear();
		return result;
	}

	private container(person: Person, updates: readonly TlObject[]): TlObject {
		const { users, chats } = peersIn(this.world, person, updates);
		return { _: 'updates', updates, users, chats, date: this.world.serverSeconds(), seq: 0 };
	}

	private pushTo(person: Person, list: readonly { update: TlObject; fresh: Copy | undefined }[]): void {
		const skip = this.origin?.key.principal;
		let payload: TlObject | undefined;
		const numbers = new Map<AuthKey, number>();
		for (const session of this.world.sessionsOf(person)) {
			if (session.key.principal === skip) continue;
			payload ??= this.payload(person, list);
			pushPayload(this.world, session, payload, numbers);
		}
	}

	private payload(person: Person, list: readonly { update: TlObject; fresh: Copy | undefined }[]): TlObject {
		const [only] = list;
		if (list.length === 1 && only !== undefined) {
			const date = this.world.serverSeconds();
			if (short.has(only.update._)) return { _: 'updateShort', update: only.update, date };
			const brief = this.world.policy.shortMessages
				? shortMessage(person, only.update, only.fresh)
				: undefined;
			if (brief !== undefined) return brief;
		}
		const payload = this.container(
			person,
			list.map(({ update }) => update),
		);
		const fromChannels = list.every(({ update }) => /^update(New|Edit)ChannelMessage$/.test(update._));
		if (!this.world.policy.minUsers || !fromChannels) return payload;
		return { ...payload, users: children(payload, 'users').map((user) => minUser(this.world, person, user)) };
	}
}

/** updateShortMessage and updateShortChatMessage for plain texts of private chats and basic groups. */
function shortMessage(viewer: Person, update: TlObject, copy: Copy | undefined): TlObject | undefined {
	if (update._ !== 'updateNewMessage' || copy === undefined) return undefined;
	const { message } = copy;
	const plain =
		message.action === undefined &&
		message.media === undefined &&
		message.file === undefined &&
		message.poll === undefined &&
		message.forward === undefined &&
		message.replyMarkup === undefined &&
		message.groupedId === undefined &&
		!message.noforwards &&
		message.author !== undefined;
	if (!plain) return undefined;
	const view = viewMessage(viewer, copy);
	const { pts, pts_count } = update;
	const {
		out,
		mentioned,
		media_unread,
		silent,
		id,
		message: text,
		date,
		reply_to,
		entities,
		ttl_period,
	} = view;
	const head = {
		out,
		mentioned,
		media_unread,
		silent,
		id,
		message: text,
		pts,
		pts_count,
		date,
		reply_to,
		entities,
		ttl_period,
	};
	if (copy.peer > 0n) return { _: 'updateShortMessage', ...head, user_id: copy.peer };
	return { _: 'updateShortChatMessage', ...head, from_id: message.author, chat_id: -copy.peer };
}

/** Whether a container's updates carry a pts or only matter now; such containers are not numbered. */
function unnumbered(payload: TlObject): boolean {
	const updates = (payload.updates ?? []) as readonly TlObject[];
	return updates.every(
		(update) => update.pts !== undefined || update.qts !== undefined || transient.has(update._),
	);
}

const held = new WeakMap<Session, TlObject>();

/**
 * Sends a payload to one session, through the faults of the moment: lost, doubled, swapped with the next.
 * @param numbers seq of this payload per login: its sessions are told the same one
 */
export function pushPayload(
	world: World,
	session: Session,
	given: TlObject,
	numbers = new Map<AuthKey, number>(),
): void {
	const { faults, policy } = world;
	const key = session.key.principal;
	let payload = given;
	if (given._ === 'updates' && (policy.numberAllPushes || !unnumbered(given))) {
		let seq = numbers.get(key);
		if (seq === undefined) {
			key.seq += 1;
			seq = key.seq;
			numbers.set(key, seq);
		}
		payload = { ...given, seq };
	}
	const kinds = [payload._, ...((payload.updates ?? []) as readonly TlObject[]).map((update) => update._)];
	const account = key.authorization?.account.toString() ?? '';
	const hit =
		(faults.accounts.length === 0 || faults.accounts.includes(account)) &&
		(faults.pushKinds.length === 0 || faults.pushKinds.some((kind) => kinds.includes(kind)));
	const chance = (share: number): boolean => hit && share > 0 && world.random.next() < share;
	if (chance(faults.losePush)) return world.log.push('lost');
	if (!held.has(session) && chance(faults.reorderPush)) {
		held.set(session, payload);
		return world.log.push('held back');
	}
	const times = chance(faults.duplicatePush) ? 2 : 1;
	for (let i = 0; i < times; i++) write(world, session, payload);
	const earlier = held.get(session);
	if (earlier !== undefined) {
		held.delete(session);
		write(world, session, earlier);
	}
}

function write(world: World, session: Session, payload: TlObject): void {
	try {
		session.push(world.encodeFor(session, payload));
		world.log.push(payload._);
	} catch (error) {
		world.log.fail(`push ${payload._} to layer ${session.key.principal.layer}`, error);
	}
}
