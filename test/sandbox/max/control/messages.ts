import { z } from '#lib/zod';
import { command } from '../../shared';
import { push, pushMessage, pushToChat, pushToUser } from '../core/fanout';
import { toOutgoing } from '../core/mutate';
import type { World } from '../core/world';
import { readPush } from '../handlers/history';
import { typingPush } from '../handlers/messages';
import { addMedia } from '../media/store';
import { openDialog } from '../state/chats';
import { appendMessage, editMessage, markRead, removeMessages } from '../state/messages';
import type { Attach, Message, User } from '../state/model';
import { reactionPushes } from '../state/reactions';
import { createUser } from '../state/users';
import { chatOf, chatOrDialog, chatRef, idText, messageOf, userOf, userRef } from './refs';

/** A message somebody "sent from another device", as control commands return it. */
export interface Injected {
	readonly chatId: string;
	readonly messageId: string;
	readonly time: number;
	readonly text: string;
}

const media = z.object({
	kind: z.enum(['photo', 'video', 'note', 'audio', 'file']),
	base64: z.string().optional(),
	name: z.string().optional(),
	contentType: z.string().optional(),
	durationMs: z.number().optional(),
});

const element = z.object({
	type: z.string(),
	from: z.number().default(0),
	length: z.number(),
	entityId: idText.optional(),
	url: z.string().optional(),
});

const inputOfMessage = z.object({
	/** Who writes. */
	from: userRef,
	/** The chat, or the dialog with `to`. */
	chatId: chatRef.optional(),
	to: userRef.optional(),
	text: z.string().default(''),
	elements: z.array(element).default([]),
	media: z.array(media).default([]),
	/** Other attachments as they shall travel, with `_type`. */
	attaches: z.array(z.record(z.string(), z.unknown())).default([]),
	/** Rows of buttons (inline keyboard). */
	buttons: z
		.array(
			z.array(
				z.object({
					type: z.string(),
					text: z.string(),
					payload: z.string().optional(),
					url: z.string().optional(),
				}),
			),
		)
		.optional(),
	replyTo: idText.optional(),
	forwardOf: z.object({ chatId: chatRef, messageId: idText }).optional(),
	/** Provider time for history; default now. */
	time: z.number().optional(),
	/** false: stored, but nobody is told (a push that never came). */
	tell: z.boolean().default(true),
	transcription: z.string().optional(),
});

function injected(message: Message): Injected {
	return {
		chatId: message.chatKey,
		messageId: message.id.toString(),
		time: message.time,
		text: message.text,
	};
}

function inject(world: World, input: z.output<typeof inputOfMessage>): Injected {
	const author = userOf(world, input.from);
	const chat = chatOrDialog(world, input.chatId, author, input.to);
	const stored = input.media.map((one): Attach => {
		const bytes = one.base64 === undefined ? undefined : Buffer.from(one.base64, 'base64');
		const added = addMedia(world, author.id, { ...one, bytes });
		const kinds = { photo: 'PHOTO', video: 'VIDEO', note: 'VIDEO', audio: 'AUDIO', file: 'FILE' } as const;
		return { kind: kinds[one.kind], mediaId: added.id };
	});
	const raw = input.attaches.map((fields): Attach => ({ kind: 'RAW', fields }));
	const keyboard: Attach[] =
		input.buttons === undefined
			? []
			: [
					{
						kind: 'INLINE_KEYBOARD',
						callbackId: world.random.hex(16),
						// zod's optional members may hold undefined; the model's may not.
						buttons: input.buttons.map((row) =>
							row.map(({ type, text, payload, url }) => ({
								type,
								text,
								...(payload === undefined ? {} : { payload }),
								...(url === undefined ? {} : { url }),
							})),
						),
					},
				];
	const source = input.forwardOf === undefined ? undefined : chatOf(world, input.forwardOf.chatId);
	const link =
		input.replyTo !== undefined
			? { type: 'REPLY' as const, chatKey: chat.key, message: messageOf(chat, input.replyTo) }
			: source !== undefined && input.forwardOf !== undefined
				? {
						type: 'FORWARD' as const,
						chatKey: source.key,
						message: messageOf(source, input.forwardOf.messageId),
					}
				: undefined;
	const message = appendMessage(world, chat, author, {
		text: input.text,
		elements: input.elements.map(({ url, entityId, ...rest }) => ({
			...rest,
			entityId: entityId === undefined ? undefined : BigInt(entityId),
			attributes: url === undefined ? undefined : { url },
		})),
		attaches: [...stored, ...raw, ...keyboard],
		link,
		cid: BigInt(world.now()),
		time: input.time,
	});
	message.transcription = input.transcription;
	if (input.tell) pushMessage(world, chat, message);
	return injected(message);
}

/** What other people, and the account's own phone, do. */
export function messageCommands(world: World) {
	return {
		injectMessage: command({
			about:
				'somebody writes: {from, to | chatId, text, media, …}; from the account itself it comes "from its phone"',
			input: inputOfMessage,
			run: (input): Injected => inject(world, input),
		}),
		injectMany: command({
			about:
				'numbered messages to one account, turn by turn over so many chats (each with a customer of its own)',
			input: z.object({
				to: userRef,
				chats: z.number().int().positive().default(10),
				count: z.number().int().positive(),
				/** Number of the first message; the text is `<prefix><number>`. */
				first: z.number().int().default(1),
				prefix: z.string().default('#'),
				tell: z.boolean().default(true),
			}),
			run: ({ to, chats, count, first, prefix, tell }): Injected[] => {
				const account = userOf(world, to);
				const customers = Array.from({ length: chats }, (_, index) => customer(world, index + 1));
				return Array.from({ length: count }, (_, index) => {
					const from = customers[index % chats] as User;
					const chat = openDialog(world, from, account);
					const message = appendMessage(world, chat, from, {
						text: `${prefix}${first + index}`,
						cid: BigInt(index + 1),
					});
					if (tell) pushMessage(world, chat, message);
					return injected(message);
				});
			},
		}),
		edit: command({
			about: 'the author changes a message (128 EDITED)',
			input: z.object({ chatId: chatRef, messageId: idText, text: z.string() }),
			run: ({ chatId, messageId, text }): void => {
				const chat = chatOf(world, chatId);
				editMessage(world, chat, messageOf(chat, messageId), { text, elements: [] });
			},
		}),
		remove: command({
			about: 'somebody deletes messages for everybody (142, or 128 REMOVED)',
			input: z.object({ chatId: chatRef, messageIds: z.array(idText) }),
			run: ({ chatId, messageIds }): void => {
				const chat = chatOf(world, chatId);
				removeMessages(
					world,
					chat,
					messageIds.map((id) => messageOf(chat, id)),
				);
			},
		}),
		react: command({
			about:
				'somebody reacts, or takes a reaction back (reaction null): 155 to the others, 156 to the reacting account',
			input: z.object({ from: userRef, chatId: chatRef, messageId: idText, reaction: z.string().nullable() }),
			run: ({ from, chatId, messageId, reaction }): void => {
				const chat = chatOf(world, chatId);
				const user = userOf(world, from);
				const message = messageOf(chat, messageId);
				if (reaction === null) message.reactions.delete(user.id);
				else message.reactions.set(user.id, reaction);
				reactionPushes(world, chat, message, user);
			},
		}),
		read: command({
			about: 'somebody reads a chat up to a time (130)',
			input: z.object({ from: userRef, chatId: chatRef, mark: z.number().optional() }),
			run: ({ from, chatId, mark }): void => {
				const chat = chatOf(world, chatId);
				const user = userOf(world, from);
				markRead(world, chat, user.id, mark ?? world.now());
				readPush(world, chat, user, false);
			},
		}),
		typing: command({
			about: 'somebody types; only connections that opened the chat are told (129)',
			input: z.object({ from: userRef, chatId: chatRef, type: z.string().default('TEXT') }),
			run: ({ from, chatId, type }): void =>
				typingPush(world, chatOf(world, chatId), userOf(world, from), type),
		}),
		incomingCall: command({
			about: 'somebody calls (137); the chat gets a CALL message when it is over',
			input: z.object({
				from: userRef,
				to: userRef,
				type: z.enum(['AUDIO', 'VIDEO']).default('AUDIO'),
				hangupType: z.string().default('MISSED'),
			}),
			run: ({ from, to, type, hangupType }): Injected => {
				const [caller, callee] = [userOf(world, from), userOf(world, to)];
				const chat = openDialog(world, caller, callee);
				const conversationId = world.random.uuid();
				pushToUser(world, callee, push.callStart, () => ({
					callerId: caller.id,
					chatId: chat.id,
					conversationId,
					type,
					vcp: '',
				}));
				const fields = { callType: type, conversationId, duration: 0, hangupType };
				const message = appendMessage(world, chat, caller, { attaches: [{ kind: 'CALL', fields }] });
				pushMessage(world, chat, message);
				return injected(message);
			},
		}),
		authored: command({
			about: 'every message an account wrote, over all chats, oldest first: what a client really sent',
			read: true,
			input: z.object({ account: userRef }),
			run: ({ account }): (Injected & { readonly cid: string | null })[] => {
				const { id } = userOf(world, account);
				const own = [...world.chats.values()].flatMap((chat) =>
					chat.messages.filter((one) => one.author === id),
				);
				own.sort((a, b) => (a.id < b.id ? -1 : 1));
				return own.map((one) => ({ ...injected(one), cid: one.cid?.toString() ?? null }));
			},
		}),
		botAnswer: command({
			about: 'a bot answers a pressed button (143)',
			input: z.object({ to: userRef, callbackId: z.string(), text: z.string() }),
			run: ({ to, callbackId, text }): void =>
				pushToUser(world, userOf(world, to), push.callback, () => ({ callbackId, notification: text })),
		}),
		push: command({
			about:
				'any push to every connection of an account, e.g. an unknown opcode; {"$int": "…"} and {"$messageId": "…"} for ids',
			input: z.object({ account: userRef, opcode: z.number().int(), payload: z.unknown() }),
			run: ({ account, opcode, payload }): void =>
				pushToUser(world, userOf(world, account), opcode, () => toOutgoing(payload ?? null)),
		}),
		deleteRange: command({
			about: 'a bulk deletion by time (140)',
			input: z.object({ chatId: chatRef, startTime: z.number(), endTime: z.number() }),
			run: ({ chatId, startTime, endTime }): void => {
				const chat = chatOf(world, chatId);
				const gone = chat.messages.filter((one) => one.time >= startTime && one.time <= endTime);
				chat.messages = chat.messages.filter((one) => !gone.includes(one));
				for (const message of gone) chat.byId.delete(message.id);
				chat.modified = world.now();
				pushToChat(world, chat, push.deleteRange, () => ({ chatId: chat.id, startTime, endTime }));
			},
		}),
		reactionIds: command({
			about: 'who reacted to a message and how',
			read: true,
			input: z.object({ chatId: chatRef, messageId: idText }),
			run: ({ chatId, messageId }): Record<string, string> => {
				const { reactions } = messageOf(chatOf(world, chatId), messageId);
				return Object.fromEntries([...reactions].map(([id, reaction]) => [id.toString(), reaction]));
			},
		}),
	};
}

/** The n-th customer, made when first needed, so that a second call continues in the same chats. */
function customer(world: World, number: number): User {
	const id = 30_000_000n + BigInt(number);
	const phone = `7901${String(number).padStart(7, '0')}`;
	return world.users.get(id) ?? createUser(world, { id, firstName: `Customer ${number}`, phone });
}
