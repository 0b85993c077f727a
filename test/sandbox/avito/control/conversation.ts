import { z } from '#lib/zod';
import { command } from '../../shared';
import { contentFor, systemPrefix } from '../content';
import type { Core } from '../core';
import type { Account, Chat, Message } from '../world';

const chatType = z.enum(['u2i', 'u2u', 'a2u']).default('u2i');
const userId = z.coerce.number().int().optional();
const itemId = z.coerce.number().int().nullable().optional();
const anyObject = z.record(z.string(), z.unknown());

/** What a message may consist of, whoever writes it. */
const messageShape = {
	/** Whose chat; the first account when absent. */
	user_id: userId,
	/** Any string: the documented types get believable content, others `{}`. */
	type: z.string().min(1).default('text'),
	text: z.string().optional(),
	/** The content as it is to be, instead of a believable one. */
	content: anyObject.optional(),
	/** Id of a message in the same chat. */
	quote_id: z.string().optional(),
	/** Unix seconds; now when absent. */
	created: z.coerce.number().int().optional(),
	/** False: written, but the webhook is lost. */
	deliver: z.boolean().default(true),
	/** Members of the webhook's `payload.value` to replace. */
	value: anyObject.optional(),
	/** Members of the webhook's `payload.value` to leave out. */
	omit: z.array(z.string()).optional(),
};

const incomingSchema = z.strictObject({
	...messageShape,
	/** An existing chat; otherwise the chat with this author about this ad is found or begun. */
	chat_id: z.string().optional(),
	/** A new person when absent (and no chat is named). */
	author_id: z.coerce.number().int().optional(),
	author_name: z.string().optional(),
	item_id: itemId,
	chat_type: chatType,
});

const outgoingSchema = z.strictObject({ ...messageShape, chat_id: z.string() });

const bulkSchema = z.strictObject({
	user_id: userId,
	messages: z.coerce.number().int().positive().max(100_000),
	/** Over how many new chats, in turns. */
	chats: z.coerce.number().int().positive().max(10_000).default(1),
	/** Existing chats to use instead of new ones. */
	chat_ids: z.array(z.string()).optional(),
	/** `{n}` becomes the number of the message, from 1. */
	text: z.string().default('Сообщение {n}'),
	item_id: itemId,
	deliver: z.boolean().default(true),
});

const chatsSchema = z.strictObject({
	user_id: userId,
	count: z.coerce.number().int().positive().max(10_000).default(1),
	chat_type: chatType,
	item_id: itemId,
	/** Messages by the other person in each chat, without webhooks. */
	history: z.coerce.number().int().nonnegative().max(2000).default(1),
	unread: z.boolean().default(true),
	/** How much older each chat is than the one before. */
	spacing_seconds: z.coerce.number().int().nonnegative().default(60),
});

const one = z.strictObject({ chat_id: z.string(), message_id: z.string() });

/** Commands that write, delete and read as a customer, as Avito itself, or as the owner in Avito's own app. */
export function conversationCommands(core: Core) {
	const { world } = core;

	function accountOf(user: number | undefined): Account {
		return user === undefined ? world.firstAccount : world.account(user);
	}

	function existing(chatId: string): Chat {
		const chat = world.chats.get(chatId);
		if (chat === undefined) throw new Error(`no chat ${chatId}`);
		return chat;
	}

	/** The account's first ad, which chats are about unless told otherwise; none for chats without an ad. */
	function itemFor(account: Account, type: Chat['type'], wanted: number | null | undefined): number | null {
		if (wanted !== undefined) return wanted;
		if (type !== 'u2i') return null;
		for (const item of world.items.values()) if (item.user_id === account.id) return item.id;
		return null;
	}

	function write(
		chat: Chat,
		authorId: number,
		input: Pick<z.output<typeof outgoingSchema>, 'type' | 'text' | 'content' | 'quote_id' | 'created'>,
	): Message {
		const itemTitle = chat.item_id === null ? undefined : world.items.get(chat.item_id)?.title;
		const request = { type: input.type, text: input.text, itemTitle, accountId: chat.account_id };
		return world.addMessage(chat, {
			author_id: authorId,
			type: input.type,
			content: input.content ?? contentFor(world, core.origin, request),
			...(input.quote_id === undefined ? {} : { quote_id: input.quote_id }),
			...(input.created === undefined ? {} : { created: input.created }),
		});
	}

	function ids(chat: Chat, message: Message) {
		return {
			chat_id: chat.id,
			message_id: message.id,
			author_id: message.author_id,
			user_id: chat.account_id,
		};
	}

	function begin(
		account: Account,
		type: Chat['type'],
		item_id: number | null,
		partner?: number,
		name?: string,
	): Chat {
		const person = world.person(partner, name);
		const known = partner === undefined ? undefined : world.chatWith(account.id, person.id, type, item_id);
		const created = world.seconds();
		return known ?? world.addChat({ account_id: account.id, type, item_id, partner_id: person.id, created });
	}

	function incoming(input: z.output<typeof incomingSchema>) {
		const account = accountOf(input.user_id);
		const chat =
			input.chat_id === undefined
				? begin(
						account,
						input.chat_type,
						itemFor(account, input.chat_type, input.item_id),
						input.author_id,
						input.author_name,
					)
				: existing(input.chat_id);
		if (input.chat_id !== undefined && input.author_name !== undefined) {
			world.person(input.author_id ?? chat.partner_id, input.author_name);
		}
		const owner = world.account(chat.account_id);
		const author = input.author_id ?? chat.partner_id;
		if (core.settings.blacklist_silences && owner.blacklist.has(author)) {
			throw new Error(`${author} is on the blacklist of ${owner.id}: nothing arrives`);
		}
		const message = write(chat, author, input);
		if (input.deliver) core.publish(chat, message, { value: input.value, omit: input.omit });
		return ids(chat, message);
	}

	function bulk(input: z.output<typeof bulkSchema>) {
		const account = accountOf(input.user_id);
		const item = itemFor(account, 'u2i', input.item_id);
		const chats =
			input.chat_ids?.map(existing) ?? Array.from({ length: input.chats }, () => begin(account, 'u2i', item));
		const messages = Array.from({ length: input.messages }, (_, i) => {
			const chat = chats[i % chats.length] as Chat; // chats is never empty
			const text = input.text.replaceAll('{n}', String(i + 1));
			const message = write(chat, chat.partner_id, { type: 'text', text });
			if (input.deliver) core.publish(chat, message);
			return { chat_id: chat.id, message_id: message.id };
		});
		return { chat_ids: chats.map(({ id }) => id), messages };
	}

	function createChats(input: z.output<typeof chatsSchema>) {
		const account = accountOf(input.user_id);
		const item_id = itemFor(account, input.chat_type, input.item_id);
		const now = world.seconds();
		const chats = Array.from({ length: input.count }, (_, i) => {
			const updated = now - i * input.spacing_seconds;
			const created = updated - input.history;
			const partner_id = world.person().id;
			const chat = world.addChat({
				account_id: account.id,
				type: input.chat_type,
				item_id,
				partner_id,
				created,
			});
			for (let n = 1; n <= input.history; n++) {
				const text = `Сообщение ${n}`;
				write(chat, chat.partner_id, { type: 'text', text, created: created + n });
			}
			if (!input.unread) world.markRead(chat, 'account');
			return chat;
		});
		return { chat_ids: chats.map(({ id }) => id) };
	}

	return {
		incoming: command({
			about: 'a customer writes: stored, and delivered to every subscribed URL',
			input: incomingSchema,
			run: incoming,
		}),
		outgoing: command({
			about: 'the owner writes in Avito’s own app: stored, and echoed to every subscribed URL',
			input: outgoingSchema,
			run: (input) => {
				const chat = existing(input.chat_id);
				const message = write(chat, chat.account_id, input);
				if (input.deliver) core.publish(chat, message, { value: input.value, omit: input.omit });
				return ids(chat, message);
			},
		}),
		system: command({
			about: 'Avito itself writes (author 0; captures of webhooks also show 1)',
			input: z.strictObject({
				user_id: userId,
				chat_id: z.string().optional(),
				text: z.string().optional(),
				flow_id: z.string().default('job'),
				author_id: z.union([z.literal(0), z.literal(1)]).default(0),
				deliver: z.boolean().default(true),
			}),
			run: ({ user_id, chat_id, text, flow_id, author_id, deliver }) => {
				const account = accountOf(user_id);
				const chat =
					chat_id === undefined
						? begin(account, 'u2i', itemFor(account, 'u2i', undefined))
						: existing(chat_id);
				const content = { text: systemPrefix + (text ?? 'Покупатель откликнулся на вакансию'), flow_id };
				const message = write(chat, author_id, { type: 'system', content });
				if (deliver) core.publish(chat, message);
				return ids(chat, message);
			},
		}),
		bulk: command({
			about: 'many customers’ messages at once, in turns over some chats',
			input: bulkSchema,
			run: bulk,
		}),
		chats: command({
			about: 'makes chats with some history, each older than the one before; no webhooks',
			input: chatsSchema,
			run: createChats,
		}),
		deleteByAuthor: command({
			about: 'the author deletes a message in Avito’s own app: its type becomes deleted',
			input: one,
			run: ({ chat_id, message_id }) => {
				const chat = existing(chat_id);
				const message = chat.messages.find(({ id }) => id === message_id);
				if (message === undefined) throw new Error(`no message ${message_id}`);
				message.type = 'deleted';
				message.content = {};
				if (core.settings.delete_sends_webhook) core.publish(chat, message);
				return ids(chat, message);
			},
		}),
		readByPartner: command({
			about: 'the customer reads what the account wrote',
			input: z.strictObject({ chat_id: z.string() }),
			run: ({ chat_id }) => ({ marked: world.markRead(existing(chat_id), 'partner') }),
		}),
		deliver: command({
			about: 'posts any body to every subscribed URL of the account, verbatim',
			input: z.strictObject({
				user_id: userId,
				body: z.string(),
				content_type: z.string().default('application/json'),
			}),
			run: ({ user_id, body, content_type }) => {
				const account = accountOf(user_id);
				for (const url of account.webhooks) {
					core.deliveries.post({
						url,
						user_id: account.id,
						message_id: null,
						content_type,
						body: () => body,
						envelope_id: null,
						attempt: 1,
					});
				}
				return { urls: account.webhooks.size };
			},
		}),
	};
}
