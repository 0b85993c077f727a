import type { Random } from '../../../../src/contract';
import { markId, peerOf } from '../../../../src/channels/telegram/peers/marked-id';
import type { TlObject } from '../../../../src/channels/telegram/tl';
import type { EngineRequest } from '../../../../src/channels/telegram/updates/types';

/** dialogs on a page: fewer than there are, more than change while a page is on its way */
const PAGE = 14;
/** messages on a page of a history: fewer than are asked for, as a server may give */
const HISTORY = 40;

export interface StoredMessage {
	id: number;
	date: number;
	text: string;
	version: number;
	deleted: boolean;
}

interface LogEntry {
	pts: number;
	count: number;
	chat: string;
	what: 'new' | 'edit' | 'delete';
	ids: number[];
	date: number;
}

interface ModelBox {
	/** null = the common box */
	channel: string | null;
	pts: number;
	log: LogEntry[];
}

export interface ProviderOptions {
	random: Random;
	privateChats: number;
	channels: number;
	/** updates in one slice of a difference */
	slice: number;
	/** a box this far behind gets *too long* */
	tooLong: number;
	now(): number;
}

/** Telegram's side of the update protocol as its documentation tells it, without a wire: the model the engine is held to. */
export class Provider {
	readonly chats = new Map<string, StoredMessage[]>();
	/** per chat the pts ranges a *too long* difference skipped: their deletions and old edits cannot be seen */
	readonly skipped = new Map<string, [number, number][]>();
	tooLongs = 0;
	readonly #options: ProviderOptions;
	readonly #common: ModelBox = { channel: null, pts: 1, log: [] };
	readonly #channels = new Map<string, ModelBox>();
	readonly #privateChats: string[] = [];
	#commonId = 0;
	#seq = 1;

	constructor(options: ProviderOptions) {
		this.#options = options;
		for (let index = 0; index < options.privateChats; index += 1) {
			const chat =
				index % 3 === 2 ? markId('chat', String(500 + index)) : markId('user', String(100 + index));
			this.#privateChats.push(chat);
			this.chats.set(chat, []);
		}
		for (let index = 0; index < options.channels; index += 1) this.addChannel(String(1000 + index));
	}

	addChannel(channel: string): void {
		this.#channels.set(channel, { channel, pts: 1, log: [] });
		this.chats.set(markId('channel', channel), []);
	}

	get channelIds(): string[] {
		return [...this.#channels.keys()];
	}

	/** Something happens; the result is what would be pushed. */
	happen(): TlObject {
		const { random } = this.#options;
		const chats = [...this.chats.keys()];
		const chat = chats[Math.floor(random.next() * chats.length)] ?? '';
		const messages = this.chats.get(chat) ?? [];
		const alive = messages.filter(({ deleted }) => !deleted).slice(-8);
		const roll = random.next();
		if (alive.length > 2 && roll < 0.15)
			return this.#edit(chat, alive[Math.floor(random.next() * alive.length)]);
		if (alive.length > 2 && roll < 0.25)
			return this.#delete(chat, alive.slice(0, 1 + Math.floor(random.next() * 2)));
		return this.say(chat);
	}

	say(chat: string): TlObject {
		const box = this.#boxOf(chat);
		const messages = this.chats.get(chat) ?? [];
		const id = box.channel === null ? ++this.#commonId : (messages.at(-1)?.id ?? 0) + 1;
		const message = { id, date: this.#seconds(), text: `m${String(id)}`, version: 0, deleted: false };
		messages.push(message);
		return this.#log(box, chat, 'new', [message]);
	}

	/** A push without a number of its own, in the seq order. */
	presence(): TlObject {
		this.#seq += 1;
		return {
			_: 'updates',
			updates: [{ _: 'updateUserStatus', user_id: '100', status: { _: 'userStatusEmpty' } }],
			users: [],
			chats: [],
			date: this.#seconds(),
			seq: this.#seq,
		};
	}

	answer(request: EngineRequest): TlObject {
		switch (request.kind) {
			case 'state':
				return { _: 'updates.state', ...this.#state(this.#common.pts), unread_count: 0 };
			case 'difference':
				return this.#difference(request.pts, request.date);
			case 'channelDifference':
				return this.#channelDifference(request.channel, request.pts);
			case 'channelDialog': {
				const box = this.#channel(request.channel);
				return { _: 'messages.peerDialogs', ...this.#dialogs([this.#chatOf(box)]) };
			}
			case 'dialogs':
				return this.#dialogPage(request);
			case 'historyAfter': {
				const above = this.#visible(request.chat).filter(({ id }) => id > request.afterId);
				return this.#history(request.chat, above.slice(0, Math.min(request.limit, HISTORY)));
			}
			case 'historyBefore':
				return this.#history(
					request.chat,
					this.#visible(request.chat)
						.filter(({ date }) => date < request.date)
						.slice(-1),
				);
		}
	}

	#edit(chat: string, message: StoredMessage | undefined): TlObject {
		if (message === undefined) return this.say(chat);
		message.version += 1;
		message.text = `m${String(message.id)} v${String(message.version)}`;
		return this.#log(this.#boxOf(chat), chat, 'edit', [message]);
	}

	#delete(chat: string, messages: StoredMessage[]): TlObject {
		for (const message of messages) message.deleted = true;
		return this.#log(this.#boxOf(chat), chat, 'delete', messages);
	}

	#log(box: ModelBox, chat: string, what: LogEntry['what'], messages: StoredMessage[]): TlObject {
		box.pts += messages.length;
		const entry = {
			pts: box.pts,
			count: messages.length,
			chat,
			what,
			ids: messages.map(({ id }) => id),
			date: this.#seconds(),
		};
		box.log.push(entry);
		return {
			_: 'updates',
			updates: [this.#update(box, entry)],
			users: [],
			chats: [],
			date: this.#seconds(),
			seq: 0,
		};
	}

	#update(box: ModelBox, { chat, what, ids, pts, count }: LogEntry): TlObject {
		const numbers = { pts, pts_count: count };
		const [id] = ids;
		const message = this.chats.get(chat)?.find((one) => one.id === id);
		if (what === 'delete' || message === undefined) {
			return box.channel === null
				? { _: 'updateDeleteMessages', messages: ids, ...numbers }
				: { _: 'updateDeleteChannelMessages', channel_id: box.channel, messages: ids, ...numbers };
		}
		const inChannel = box.channel !== null;
		const name =
			what === 'new'
				? inChannel
					? 'updateNewChannelMessage'
					: 'updateNewMessage'
				: inChannel
					? 'updateEditChannelMessage'
					: 'updateEditMessage';
		return { _: name, message: asMessage(chat, message), ...numbers };
	}

	#difference(pts: number, date: number): TlObject {
		const channelNews = [...this.#channels.values()]
			.filter(({ log }) => (log.at(-1)?.date ?? 0) >= date - 1)
			.map(({ channel, pts: channelPts }) => ({
				_: 'updateChannelTooLong',
				channel_id: channel,
				pts: channelPts,
			}));
		if (this.#common.pts - pts > this.#options.tooLong) {
			this.#skip(this.#common, pts, this.#common.pts);
			return { _: 'updates.differenceTooLong', pts: this.#common.pts };
		}
		const entries = this.#common.log.filter((entry) => entry.pts > pts);
		if (entries.length === 0 && channelNews.length === 0) {
			return { _: 'updates.differenceEmpty', date: this.#seconds(), seq: this.#seq };
		}
		const part = entries.slice(0, this.#options.slice);
		const last = part.length === entries.length;
		const { messages, updates } = this.#fold(this.#common, part);
		const state = { _: 'updates.state', ...this.#state(part.at(-1)?.pts ?? pts), unread_count: 0 };
		return {
			_: last ? 'updates.difference' : 'updates.differenceSlice',
			new_messages: messages,
			new_encrypted_messages: [],
			other_updates: last ? [...updates, ...channelNews] : updates,
			users: [],
			chats: [],
			...(last ? { state } : { intermediate_state: { ...state, date } }),
		};
	}

	#channelDifference(id: string, pts: number): TlObject {
		const box = this.#channel(id);
		if (box.pts - pts > this.#options.tooLong) {
			const chat = this.#chatOf(box);
			this.#skip(box, pts, box.pts);
			const { dialogs, messages } = this.#dialogs([chat]);
			return {
				_: 'updates.channelDifferenceTooLong',
				final: true,
				timeout: 1,
				dialog: dialogs[0],
				messages,
				users: [],
				chats: [],
			};
		}
		const entries = box.log.filter((entry) => entry.pts > pts);
		if (entries.length === 0)
			return { _: 'updates.channelDifferenceEmpty', final: true, pts: box.pts, timeout: 1 };
		const part = entries.slice(0, this.#options.slice);
		const { messages, updates } = this.#fold(box, part);
		return {
			_: 'updates.channelDifference',
			...(part.length === entries.length ? { final: true } : {}),
			pts: part.at(-1)?.pts ?? pts,
			timeout: 1,
			new_messages: messages,
			other_updates: updates,
			users: [],
			chats: [],
		};
	}

	/** A difference shows messages as they are now, and of edits and deletions those that still say something. */
	#fold(box: ModelBox, entries: LogEntry[]): { messages: TlObject[]; updates: TlObject[] } {
		const messages: TlObject[] = [];
		const updates: TlObject[] = [];
		for (const entry of entries) {
			const found = (this.chats.get(entry.chat) ?? []).filter(({ id }) => entry.ids.includes(id));
			const [message] = found;
			if (entry.what === 'delete') updates.push(this.#update(box, entry));
			else if (message === undefined || message.deleted) continue;
			else if (entry.what === 'new') messages.push(asMessage(entry.chat, message));
			else updates.push(this.#update(box, entry));
		}
		return { messages, updates };
	}

	#skip(box: ModelBox, from: number, to: number): void {
		this.tooLongs += 1;
		const chats = box.channel === null ? this.#privateChats : [this.#chatOf(box)];
		for (const chat of chats) {
			const ranges = this.skipped.get(chat) ?? [];
			ranges.push([from, to]);
			this.skipped.set(chat, ranges);
		}
	}

	/** Was the last thing that happened to this message among what a difference skipped? */
	wasSkipped(chat: string, messageId: number): boolean {
		const box = this.#boxOf(chat);
		return box.log.some(
			({ ids, chat: where, pts }) =>
				where === chat &&
				ids.includes(messageId) &&
				(this.skipped.get(chat) ?? []).some(([from, to]) => pts > from && pts <= to),
		);
	}

	#dialogPage({ folder, offset }: Extract<EngineRequest, { kind: 'dialogs' }>): TlObject {
		const order = [...this.chats.keys()]
			.map((chat) => ({ chat, last: this.#visible(chat).at(-1) }))
			.filter(({ last }) => last !== undefined)
			.map(({ chat, last }) => ({ chat, date: last?.date ?? 0, id: last?.id ?? 0 }))
			.sort(newestFirst);
		if (folder === 1) return { _: 'messages.dialogs', ...this.#dialogs([]) };
		const from =
			offset === null
				? 0
				: order.findIndex((dialog) => newestFirst(dialog, { ...offset, chat: offset.peer }) > 0);
		const page = from === -1 ? [] : order.slice(from, from + PAGE);
		const done = from === -1 || from + PAGE >= order.length;
		return {
			_: done ? 'messages.dialogs' : 'messages.dialogsSlice',
			count: order.length,
			...this.#dialogs(page.map(({ chat }) => chat)),
		};
	}

	#dialogs(chats: string[]): {
		dialogs: TlObject[];
		messages: TlObject[];
		users: TlObject[];
		chats: TlObject[];
	} {
		const messages: TlObject[] = [];
		const dialogs = chats.map((chat) => {
			const last = this.#visible(chat).at(-1);
			if (last !== undefined) messages.push(asMessage(chat, last));
			const box = this.#boxOf(chat);
			return {
				_: 'dialog',
				peer: peerOf(chat),
				top_message: last?.id ?? 0,
				...(box.channel === null ? {} : { pts: box.pts }),
			};
		});
		return { dialogs, messages, users: [], chats: [] };
	}

	#history(chat: string, ascending: StoredMessage[]): TlObject {
		return {
			_: 'messages.messagesSlice',
			count: this.#visible(chat).length,
			messages: ascending.map((message) => asMessage(chat, message)).reverse(),
			users: [],
			chats: [],
		};
	}

	#visible(chat: string): StoredMessage[] {
		return (this.chats.get(chat) ?? []).filter(({ deleted }) => !deleted);
	}

	#state(pts: number): { pts: number; qts: number; date: number; seq: number } {
		return { pts, qts: 0, date: this.#seconds(), seq: this.#seq };
	}

	#boxOf(chat: string): ModelBox {
		for (const box of this.#channels.values()) if (this.#chatOf(box) === chat) return box;
		return this.#common;
	}

	#channel(id: string): ModelBox {
		const box = this.#channels.get(id);
		if (box === undefined) throw new Error(`no channel ${id}`);
		return box;
	}

	#chatOf(box: ModelBox): string {
		return markId('channel', box.channel ?? '0');
	}

	#seconds(): number {
		return Math.floor(this.#options.now() / 1000);
	}
}

interface Place {
	chat: string;
	date: number;
	id: number;
}

function newestFirst(a: Place, b: Place): number {
	return b.date - a.date || b.id - a.id || a.chat.localeCompare(b.chat);
}

function asMessage(chat: string, message: StoredMessage): TlObject {
	return {
		_: 'message',
		id: message.id,
		peer_id: peerOf(chat),
		date: message.date,
		message: message.text,
		...(message.version === 0 ? {} : { edit_date: message.date + message.version, version: message.version }),
	};
}
