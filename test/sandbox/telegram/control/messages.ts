import { z } from '#lib/zod';
import { command } from '../../shared';
import { storeFile } from '../rpc/media';
import { Delivery } from '../state/delivery';
import { mimeOf } from '../state/files';
import type { StoredFile } from '../state/files';
import { announceEdit, pin, post, react, readHistory, removeCopies, showAction } from '../state/messages';
import { kindOf, marked, tlPeer } from '../state/model';
import type { Copy, Marked, Person } from '../state/model';
import { createPerson } from '../state/people';
import type { World } from '../state/world';
import { toJson } from '../tl/value';
import type { TlObject, TlValue } from '../tl/value';
import { copyFor, peerFor, peerRef, personFor, userRef } from './refs';

/** A message somebody "sent from another device". `ids` holds its number in each box: `{owner: id}`. */
export interface Injected {
	readonly peer: string;
	readonly date: number;
	readonly text: string;
	/** By owner: user id, or the channel's marked id. */
	readonly ids: Readonly<Record<string, number>>;
}

const media = z.object({
	kind: z.enum(['photo', 'document', 'video', 'voice', 'round', 'audio']),
	base64: z.string().optional(),
	/** Instead of base64: so many pseudo-random bytes. */
	size: z.number().int().optional(),
	name: z.string().optional(),
	mimeType: z.string().optional(),
	/** Data centre that keeps it; default the sender's. */
	dc: z.number().int().optional(),
});

/** A 1×1 picture, for photos nobody gave bytes for. */
const pixel = Buffer.from(
	'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGP4z8DwHwAFAAH/iZk9HQAAAABJRU5ErkJggg==',
	'base64',
);

const inputOfMessage = z.object({
	from: userRef,
	/** A user, group or channel. */
	to: peerRef,
	text: z.string().default(''),
	/** messageEntity… objects without 64-bit members. */
	entities: z.array(z.record(z.string(), z.unknown())).default([]),
	media: media.optional(),
	/** Callback buttons: rows of [text, data]. */
	buttons: z.array(z.array(z.tuple([z.string(), z.string()]))).optional(),
	/** Message number in the sender's box (the channel's for channels). */
	replyTo: z.number().int().optional(),
	/** The chat of that message, if it is another one. */
	replyChat: peerRef.optional(),
	/** The part of that message that is quoted. */
	quote: z.string().optional(),
	topicId: z.number().int().optional(),
	/** Messages with the same key form an album. */
	album: z.string().optional(),
	silent: z.boolean().default(false),
	noforwards: z.boolean().default(false),
	/** Unix seconds; default now. */
	date: z.number().int().optional(),
	/** false: stored and numbered, but nobody is told (a push that never came). */
	tell: z.boolean().default(true),
	transcription: z.string().optional(),
});

function noise(size: number): Buffer {
	const data = Buffer.allocUnsafe(size);
	let state = size >>> 0;
	for (let i = 0; i < size; i++) {
		state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
		data[i] = state >>> 24;
	}
	return data;
}

function fileOf(world: World, author: Person, given: z.output<typeof media>): StoredFile {
	const data =
		given.base64 === undefined
			? given.kind === 'photo' && given.size === undefined
				? pixel
				: noise(given.size ?? 1000)
			: Buffer.from(given.base64, 'base64');
	const attributes: TlObject[] = [
		{ _: 'documentAttributeFilename', file_name: given.name ?? `${given.kind}.bin` },
	];
	if (given.kind === 'video' || given.kind === 'round') {
		attributes.push({
			_: 'documentAttributeVideo',
			round_message: given.kind === 'round',
			duration: 3,
			w: 320,
			h: 320,
		});
	}
	if (given.kind === 'voice' || given.kind === 'audio') {
		attributes.push({ _: 'documentAttributeAudio', voice: given.kind === 'voice', duration: 3 });
	}
	const types = {
		photo: mimeOf(data),
		document: mimeOf(data),
		video: 'video/mp4',
		round: 'video/mp4',
		voice: 'audio/ogg',
		audio: 'audio/mpeg',
	};
	return storeFile(world, {
		kind: given.kind === 'photo' ? 'photo' : 'document',
		pieces: [data],
		mimeType: given.mimeType ?? types[given.kind],
		attributes,
		dcId: given.dc ?? author.homeDc,
	});
}

function injected(copy: Copy): Injected {
	const { message } = copy;
	return {
		peer: copy.peer.toString(),
		date: message.date,
		text: message.text,
		ids: Object.fromEntries([...message.copies].map(([owner, one]) => [owner.toString(), one.id])),
	};
}

/** Sends, or drops, what a delivery gathered. */
function settle(delivery: Delivery, tell: boolean): void {
	if (tell) delivery.finish();
}

function inject(world: World, input: z.output<typeof inputOfMessage>): Injected {
	const author = personFor(world, input.from);
	const peer = peerFor(world, input.to);
	const delivery = new Delivery(world);
	const from = input.replyChat === undefined ? peer : peerFor(world, input.replyChat);
	const reply = input.replyTo === undefined ? undefined : copyFor(world, author, from, input.replyTo);
	const quote =
		input.quote === undefined
			? undefined
			: {
					text: input.quote,
					entities: [],
					offset: Math.max(0, reply?.message.text.indexOf(input.quote) ?? 0),
				};
	const copy = post(
		world,
		author,
		peer,
		{
			text: input.text,
			// Checked when encoded: the schema refuses what is no entity.
			entities: input.entities as unknown as TlObject[],
			file: input.media === undefined ? undefined : fileOf(world, author, input.media),
			replyTo: reply === undefined ? undefined : { message: reply.message, topId: input.topicId, quote },
			topicId: input.topicId,
			groupedId: input.album === undefined ? undefined : world.stableId(`album ${input.album}`),
			silent: input.silent,
			noforwards: input.noforwards,
			date: input.date,
			transcription: input.transcription,
			replyMarkup:
				input.buttons === undefined
					? undefined
					: {
							_: 'replyInlineMarkup',
							rows: input.buttons.map((row) => ({
								_: 'keyboardInlineButtonRow',
								buttons: row.map(([label, data]) => ({
									_: 'keyboardInlineButton',
									text: label,
									type: { _: 'inlineButtonTypeCallback', data: Buffer.from(data) },
								})),
							})),
						},
		},
		delivery,
	);
	settle(delivery, input.tell);
	return injected(copy);
}

/** The n-th customer, made when first needed, so that a second call continues in the same chats. */
function customer(world: World, number: number): Person {
	const id = 30_000_000n + BigInt(number);
	return (
		world.people.get(id) ??
		createPerson(world, { id, firstName: `Customer ${number}`, username: `customer_${number}` })
	);
}

const place = z.object({
	/** In whose box the numbers below are; for channels any member. */
	owner: userRef,
	peer: peerRef,
	id: z.number().int(),
});

function found(world: World, { owner, peer, id }: z.output<typeof place>): Copy {
	return copyFor(world, personFor(world, owner), peerFor(world, peer), id);
}

/** JSON in, TL out: `{"$long": "…"}` and `{"$bytes": "<base64>"}` stand for what JSON cannot say. */
function fromJson(value: unknown): TlValue {
	if (Array.isArray(value)) return value.map(fromJson);
	if (typeof value !== 'object' || value === null) return value as TlValue;
	const entries = Object.entries(value);
	if ('$long' in value) return BigInt(String(value.$long));
	if ('$bytes' in value) return Buffer.from(String(value.$bytes), 'base64');
	return Object.fromEntries(entries.map(([name, one]) => [name, fromJson(one)])) as TlObject;
}

/** What other people, and the account's own phone, do. */
export function messageCommands(world: World) {
	return {
		injectMessage: command({
			about: 'somebody writes: {from, to, text, media, …}; from the account itself it comes "from its phone"',
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
				/** Instead of private chats: these groups and channels, in turn; a member writes. */
				peers: z.array(peerRef).optional(),
			}),
			run: ({ to, chats, count, first, prefix, tell, peers }): Injected[] => {
				const account = personFor(world, to);
				return Array.from({ length: count }, (_, index) => {
					const delivery = new Delivery(world);
					const peer: Marked =
						peers === undefined ? marked.user(account.id) : peerFor(world, peers[index % peers.length] ?? '');
					const chat = world.chats.get(peer);
					const author =
						chat === undefined ? customer(world, (index % chats) + 1) : world.person(chat.creator);
					const copy = post(world, author, peer, { text: `${prefix}${first + index}` }, delivery);
					settle(delivery, tell);
					return injected(copy);
				});
			},
		}),
		edit: command({
			about: 'the author changes a message',
			input: place.extend({ text: z.string() }),
			run: ({ text, ...where }): void => {
				const { message } = found(world, where);
				Object.assign(message, { text, entities: [], editDate: world.serverSeconds() });
				const delivery = new Delivery(world);
				announceEdit(world, message, delivery);
				delivery.finish();
			},
		}),
		remove: command({
			about: 'messages are deleted for everybody',
			input: z.object({ owner: userRef, peer: peerRef, ids: z.array(z.number().int()) }),
			run: ({ owner, peer, ids }): void => {
				const copies = ids.flatMap((id) => [...found(world, { owner, peer, id }).message.copies.values()]);
				const delivery = new Delivery(world);
				removeCopies(world, copies, delivery);
				delivery.finish();
			},
		}),
		react: command({
			about: 'somebody reacts with an emoji, or takes it back (emoji null)',
			input: place.extend({ from: userRef, emoji: z.string().nullable() }),
			run: ({ from, emoji, ...where }): void => {
				const delivery = new Delivery(world);
				const list = emoji === null ? [] : [{ _: 'reactionEmoji', emoticon: emoji }];
				react(world, personFor(world, from), found(world, where).message, list, delivery);
				delivery.finish();
			},
		}),
		read: command({
			about: 'somebody reads a chat up to a message of the own box (0: all)',
			input: z.object({ from: userRef, peer: peerRef, maxId: z.number().int().default(0) }),
			run: ({ from, peer, maxId }): void => {
				const delivery = new Delivery(world);
				readHistory(world, personFor(world, from), peerFor(world, peer), maxId, delivery);
				delivery.finish();
			},
		}),
		pin: command({
			about: 'somebody pins or unpins a message',
			input: place.extend({ pinned: z.boolean().default(true) }),
			run: ({ pinned, ...where }): void => {
				const delivery = new Delivery(world);
				pin(world, found(world, where).message, pinned, delivery);
				delivery.finish();
			},
		}),
		typing: command({
			about: 'somebody types, or does another sendMessage…Action',
			input: z.object({
				from: userRef,
				peer: peerRef,
				action: z.string().default('sendMessageTypingAction'),
				topicId: z.number().int().optional(),
			}),
			run: ({ from, peer, action, topicId }): void => {
				const delivery = new Delivery(world);
				const progress = /Upload/.test(action) ? 50 : undefined;
				showAction(
					world,
					personFor(world, from),
					peerFor(world, peer),
					{ _: action, progress },
					topicId,
					delivery,
				);
				delivery.finish();
			},
		}),
		vote: command({
			about: 'somebody votes in a poll by places of answers',
			input: place.extend({ from: userRef, answers: z.array(z.number().int()) }),
			run: ({ from, answers, ...where }): void => {
				const { poll } = found(world, where).message;
				if (poll === undefined) throw new Error('no poll');
				const options = poll.poll.answers as readonly TlObject[];
				poll.votes.set(
					personFor(world, from).id,
					answers.map((place_) => options[place_]?.option as Buffer),
				);
			},
		}),
		pushUpdate: command({
			about: 'any update (JSON of the schema; {"$long": "…"}, {"$bytes": "…"}) to all sessions of an account',
			input: z.object({ account: userRef, update: z.record(z.string(), z.unknown()) }),
			run: ({ account, update }): void => {
				const delivery = new Delivery(world);
				// Checked when encoded.
				delivery.tell(personFor(world, account), fromJson(update) as TlObject);
				delivery.finish();
			},
		}),
		pushContainer: command({
			about:
				'any Updates object as it stands (updatesCombined, a seq of one’s choice) to all sessions of an account',
			input: z.object({ account: userRef, payload: z.record(z.string(), z.unknown()) }),
			run: ({ account, payload }): void => {
				for (const session of world.sessionsOf(personFor(world, account))) {
					// Checked when encoded.
					session.push(world.encodeFor(session, fromJson(payload) as TlObject));
				}
			},
		}),
		pushRaw: command({
			about: 'any bytes (hexadecimal) to all sessions of an account: constructors of a layer nobody knows',
			input: z.object({ account: userRef, hex: z.string().regex(/^([0-9a-f]{8})+$/) }),
			run: ({ account, hex }): void => {
				for (const session of world.sessionsOf(personFor(world, account)))
					session.push(Buffer.from(hex, 'hex'));
			},
		}),
		pushSecret: command({
			about: 'an encrypted message nobody can read: moves qts',
			input: z.object({ account: userRef }),
			run: ({ account }): void => {
				const person = personFor(world, account);
				person.qts += 1;
				const message = {
					_: 'encryptedMessage',
					random_id: world.id64(),
					chat_id: 1,
					date: world.serverSeconds(),
					bytes: Buffer.alloc(16),
					file: { _: 'encryptedFileEmpty' },
				};
				person.secretEvents.push({ qts: person.qts, message });
				const delivery = new Delivery(world);
				delivery.answer(person, { _: 'updateNewEncryptedMessage', message, qts: person.qts });
				delivery.finish();
			},
		}),
		messages: command({
			about: 'what lies in a chat, oldest first, with the numbers of the owner’s box',
			read: true,
			input: z.object({ owner: userRef, peer: peerRef }),
			run: ({ owner, peer }) => {
				const person = personFor(world, owner);
				const chat = peerFor(world, peer);
				const box = kindOf(chat) === 'channel' ? world.channel(chat).box : person.box;
				return [...box.messages.values()]
					.filter((copy) => copy.peer === chat)
					.map(({ id, message }) => ({
						id,
						from: message.author?.toString(),
						date: message.date,
						text: message.text,
						pinned: message.pinned,
						action: message.action === undefined ? undefined : toJson(message.action),
						file:
							message.file === undefined
								? undefined
								: { id: message.file.id.toString(), size: message.file.size },
						topicId: message.topicId,
						editDate: message.editDate,
						reactions: [...message.reactions].map(([user, { list }]) => ({
							user: user.toString(),
							list: toJson(list),
						})),
					}));
			},
		}),
		peerOf: command({
			about: 'how TL writes a peer',
			read: true,
			input: z.object({ peer: peerRef }),
			run: ({ peer }) => toJson(tlPeer(peerFor(world, peer))),
		}),
	};
}
