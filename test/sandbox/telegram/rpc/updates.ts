import { isMember } from '../state/chats';
import type { BoxEvent, Channel, Person } from '../state/model';
import { peersIn, viewDialog, viewMessage } from '../state/views';
import type { World } from '../state/world';
import { int, optionalInt } from '../tl/value';
import type { TlObject } from '../tl/value';
import type { Call, HandlerTable } from './call';
import { RpcError } from './errors';
import { channelArg } from './peers';

function unread(person: Person): number {
	return [...person.dialogs.values()].reduce((sum, dialog) => sum + dialog.unread, 0);
}

export function viewState({ world, me, key }: Call, pts = me.box.pts): TlObject {
	return {
		_: 'updates.state',
		pts,
		qts: me.qts,
		date: world.serverSeconds(),
		seq: key.seq,
		unread_count: unread(me),
	};
}

interface Told {
	readonly messages: TlObject[];
	readonly updates: TlObject[];
}

/** Events as a difference tells them: new messages as they are now, the rest as updates. */
function tell(viewer: Person, events: readonly BoxEvent[]): Told {
	const messages: TlObject[] = [];
	const updates: TlObject[] = [];
	for (const event of events) {
		const update = event.render(viewer);
		if (update === undefined) continue;
		if (event.fresh === undefined) updates.push(update);
		else messages.push(viewMessage(viewer, event.fresh));
	}
	return { messages, updates };
}

/** Channels that spoke since `date`: each is named once, whoever wants more asks for its own difference. */
function channelsSince(world: World, viewer: Person, date: number): TlObject[] {
	const found: TlObject[] = [];
	for (const chat of world.chats.values()) {
		if (chat.kind !== 'channel' || !isMember(chat, viewer.id)) continue;
		const last = chat.box.events.at(-1);
		if (last !== undefined && last.at >= date) {
			found.push({ _: 'updateChannelTooLong', channel_id: chat.id, pts: chat.box.pts });
		}
	}
	return found;
}

function getDifference(call: Call): TlObject {
	const { world, me, args, key } = call;
	const [pts, date, qts] = [int(args, 'pts'), int(args, 'date'), int(args, 'qts')];
	if (pts < 1) throw new RpcError(400, 'PERSISTENT_TIMESTAMP_EMPTY');
	if (pts > me.box.pts) throw new RpcError(400, 'PERSISTENT_TIMESTAMP_INVALID');
	const limit = optionalInt(args, 'pts_total_limit') ?? world.policy.differenceTooLong;
	const events = me.box.since(pts);
	if (events === undefined || me.box.pts - pts > Math.min(limit, world.policy.differenceTooLong)) {
		return { _: 'updates.differenceTooLong', pts: me.box.pts };
	}
	const most = Math.min(world.policy.differenceLimit, optionalInt(args, 'pts_limit') ?? Infinity);
	const slice = events.slice(0, most);
	const whole = slice.length === events.length;
	const { messages, updates } = tell(me, slice);
	const others = whole
		? [
				...me.timeline.filter(({ at }) => at > date).map(({ update }) => update),
				...channelsSince(world, me, date),
			]
		: [];
	const secrets = me.secretEvents.filter((one) => one.qts > qts);
	if (
		whole &&
		messages.length + updates.length + others.length + secrets.length === 0 &&
		slice.length === 0
	) {
		return { _: 'updates.differenceEmpty', date: world.serverSeconds(), seq: key.seq };
	}
	const told = {
		new_messages: messages,
		new_encrypted_messages: whole ? secrets.map((one) => one.message) : [],
		other_updates: [...updates, ...others],
		...peersIn(world, me, messages, updates, others),
	};
	if (whole) return { _: 'updates.difference', ...told, state: viewState(call) };
	const state = { ...viewState(call, slice.at(-1)?.pts ?? pts), qts };
	// A slice moves the date no further than what it tells, so that the rest is still told.
	return { _: 'updates.differenceSlice', ...told, intermediate_state: { ...state, date } };
}

function channelTooLong(call: Call, channel: Channel): TlObject {
	const { world, me } = call;
	const dialog = viewDialog(world, me, channel.key);
	const latest = [...channel.box.messages.values()].slice(-20).reverse();
	const messages = latest.map((copy) => viewMessage(me, copy));
	return {
		_: 'updates.channelDifferenceTooLong',
		final: true,
		timeout: world.policy.channelTimeoutS,
		dialog,
		messages,
		...peersIn(world, me, messages, dialog),
	};
}

function getChannelDifference(call: Call): TlObject {
	const { world, me, args } = call;
	const channel = channelArg(call);
	const pts = int(args, 'pts');
	const timeout = world.policy.channelTimeoutS;
	if (pts < 1) throw new RpcError(400, 'PERSISTENT_TIMESTAMP_EMPTY');
	if (pts > channel.box.pts) throw new RpcError(400, 'PERSISTENT_TIMESTAMP_INVALID');
	const events = channel.box.since(pts);
	if (events === undefined || channel.box.pts - pts > world.policy.channelDifferenceTooLong) {
		return channelTooLong(call, channel);
	}
	if (events.length === 0)
		return { _: 'updates.channelDifferenceEmpty', final: true, pts: channel.box.pts, timeout };
	const most = Math.max(1, Math.min(int(args, 'limit'), world.policy.channelDifferenceLimit));
	const slice = events.slice(0, most);
	const { messages, updates } = tell(me, slice);
	return {
		_: 'updates.channelDifference',
		final: slice.length === events.length,
		pts: slice.at(-1)?.pts ?? pts,
		timeout,
		new_messages: messages,
		other_updates: updates,
		...peersIn(world, me, messages, updates, { _: 'peerChannel', channel_id: channel.id }),
	};
}

export const updateHandlers: HandlerTable = {
	'updates.getState': (call) => viewState(call),
	'updates.getDifference': getDifference,
	'updates.getChannelDifference': getChannelDifference,
};
