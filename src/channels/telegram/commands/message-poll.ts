import { z } from '#lib/zod';
import { ChannelError, invalidParameter, type JsonObject } from '../../../contract';
import type { TelegramAccount } from '../account';
import { knowsType } from '../seam';
import { formatText, FORMATS, toEntities } from '../send/text';
import { bytes, child, children, flag, int, long, text as textOf, type TlObject } from '../tl';
import { edit } from './message-edit';
import { fetchMessages } from './message-read';
import { mention, sendingFields, sendingFlags, sends, sendTo } from './sending';
import { chatRef, command, messageId, messageNotFound, peerOf, text, time } from './shared';

/** Telegram's limits (help.getAppConfig: poll_answers_max was 10, newer servers take 12; core.telegram.org/api/poll) */
const MAX_ANSWERS = 12;
const QUESTION_LENGTH = 300;
const ANSWER_LENGTH = 100;
const SOLUTION_LENGTH = 200;
/** seconds a poll may be open by itself */
const CLOSE_AFTER = { min: 5, max: 2_628_000 };

/** A question with answers to choose from; with `correctAnswers` a quiz. */
export const messageSendPoll = command({
	...sends,
	input: z.strictObject({
		question: text.pipe(z.string().max(QUESTION_LENGTH)),
		answers: z
			.array(text.pipe(z.string().max(ANSWER_LENGTH)))
			.min(2)
			.max(MAX_ANSWERS),
		anonymous: z.boolean().default(true),
		multiple: z.boolean().default(false),
		/** the right ones, by their words or numbers from 1: makes it a quiz */
		correctAnswers: z.array(z.string().trim()).default([]),
		/** shown after a wrong answer in a quiz */
		explanation: z.string().max(SOLUTION_LENGTH).optional(),
		explanationFormat: z.enum(FORMATS).default('none'),
		closeAfterSeconds: z.number().int().min(CLOSE_AFTER.min).max(CLOSE_AFTER.max).optional(),
		closeAt: time.optional(),
		...sendingFields,
	}),
	run(account, input, context) {
		const media = pollMedia(account, input);
		return sendTo(account, input, context, 'sendMessageTypingAction', (to) => [
			{ request: { _: 'messages.sendMedia', peer: to.input, message: '', media, ...sendingFlags(input) } },
		]);
	},
});

interface NewPoll {
	question: string;
	answers: readonly string[];
	anonymous: boolean;
	multiple: boolean;
	correctAnswers: readonly string[];
	explanation?: string | undefined;
	explanationFormat: (typeof FORMATS)[number];
	closeAfterSeconds?: number | undefined;
	closeAt?: number | undefined;
}

function pollMedia(account: TelegramAccount, poll: NewPoll): TlObject {
	const { closeAfterSeconds, closeAt, explanation } = poll;
	const correct = poll.correctAnswers.map((given) => placeOf(given, poll.answers, 'correctAnswers'));
	const quiz = correct.length > 0;
	if (quiz && poll.multiple && !knowsType('inputPollAnswer'))
		throw invalidParameter('multiple', 'a quiz has one answer');
	if (explanation !== undefined && !quiz)
		throw invalidParameter('explanation', 'is shown in a quiz only', 'Say which answers are correct.');
	if (closeAfterSeconds !== undefined && closeAt !== undefined)
		throw invalidParameter('closeAt', 'give either a time or a number of seconds');
	const solution = explanation === undefined ? null : formatText(explanation, poll.explanationFormat);
	// Newer layers let the server name the answers; older ones want a key of each (one source: the schemas).
	const named = knowsType('inputPollAnswer');
	return {
		_: 'inputMediaPoll',
		poll: {
			_: 'poll',
			id: '0',
			hash: '0',
			question: plain(poll.question),
			answers: poll.answers.map((answer, index) =>
				named
					? { _: 'inputPollAnswer', text: plain(answer) }
					: { _: 'pollAnswer', text: plain(answer), option: Buffer.from([index]) },
			),
			...(poll.anonymous ? {} : { public_voters: true }),
			...(poll.multiple ? { multiple_choice: true } : {}),
			...(quiz ? { quiz: true } : {}),
			...(closeAfterSeconds === undefined ? {} : { close_period: closeAfterSeconds }),
			...(closeAt === undefined ? {} : { close_date: closeAt }),
		},
		...(quiz ? { correct_answers: correct.map((place) => (named ? place : Buffer.from([place]))) } : {}),
		...(solution === null
			? {}
			: {
					solution: solution.text,
					solution_entities: toEntities(solution.entities, (id) => mention(account, id)),
				}),
	};
}

function plain(words: string): TlObject {
	return { _: 'textWithEntities', text: words.trim(), entities: [] };
}

/** An answer named by its words, or by its number from 1. */
function placeOf(given: string, answers: readonly string[], field: string): number {
	const exact = answers.findIndex((answer) => answer.trim() === given.trim());
	const number = /^\d{1,2}$/.test(given) ? Number(given) - 1 : -1;
	const place = exact >= 0 ? exact : number;
	if (place >= 0 && place < answers.length) return place;
	throw invalidParameter(
		field,
		`"${given}" is none of the answers`,
		`Give the words of an answer or its number: ${answers.join(', ')}.`,
	);
}

const where = { chatId: chatRef, messageId };

/** Votes in a poll by words or numbers of answers; none takes the vote back. */
export const messageVote = command({
	permission: 'send',
	effect: 'change',
	input: z.strictObject({ ...where, answers: z.array(z.string().trim()).default([]) }),
	chats: ({ chatId }) => [chatId],
	async run(account, input, context) {
		const { poll, peer } = await pollOf(account, input, context.signal);
		const known = children(poll, 'answers');
		const words = known.map((answer) => textOf(child(answer, 'text') ?? { _: '' }, 'text'));
		const options = input.answers.map((given) => {
			const answer = known[placeOf(given, words, 'answers')];
			return (answer === undefined ? null : bytes(answer, 'option')) ?? Buffer.alloc(0);
		});
		await account.connection.call(
			{ _: 'messages.sendVote', peer, msg_id: input.messageId, options },
			{ signal: context.signal },
		);
		return { items: [pollItem(await pollOf(account, input, context.signal))] };
	},
});

/** Question, answers and, once this account has voted or the poll is closed, the numbers. */
export const messageGetPoll = command({
	permission: 'read',
	effect: 'read',
	input: z.strictObject(where),
	chats: ({ chatId }) => [chatId],
	run: async (account, input, context) => ({
		items: [pollItem(await pollOf(account, input, context.signal))],
	}),
});

/** Ends a poll of one's own: everybody sees the result, nobody votes any more. */
export const messageClosePoll = command({
	permission: 'send',
	effect: 'change',
	input: z.strictObject(where),
	chats: ({ chatId }) => [chatId],
	async run(account, input, context) {
		await pollOf(account, input, context.signal);
		// As Telegram's own clients write it: which poll is meant says the message.
		const poll = { _: 'poll', id: '0', hash: '0', closed: true, question: plain(''), answers: [] };
		await edit(account, input, context, () => Promise.resolve({ media: { _: 'inputMediaPoll', poll } }));
		return { items: [pollItem(await pollOf(account, input, context.signal))] };
	},
});

interface Poll {
	chat: string;
	/** as a request names the chat */
	peer: TlObject;
	messageId: number;
	poll: TlObject;
	results: TlObject | null;
}

async function pollOf(
	account: TelegramAccount,
	{ chatId, messageId: id }: { chatId: string; messageId: number },
	signal: AbortSignal,
): Promise<Poll> {
	const { peer, input } = await peerOf(account, chatId, { signal });
	const [message] = await fetchMessages(account, peer, [id], signal);
	if (message === undefined) throw messageNotFound(id);
	const media = child(message, 'media');
	const poll = child(media, 'poll');
	if (poll === null) {
		throw new ChannelError('invalid_parameter', `Message ${String(id)} is no poll`, {
			channel: 'telegram',
			field: 'messageId',
		});
	}
	return { chat: peer.id, peer: input, messageId: id, poll, results: child(media, 'results') };
}

function pollItem({ chat, messageId: id, poll, results }: Poll): JsonObject {
	const counts = children(results, 'results');
	const chosen = counts.filter((one) => flag(one, 'chosen'));
	return {
		channel: 'telegram',
		external_chat_id: chat,
		message_id: String(id),
		poll_id: long(poll, 'id'),
		question: textOf(child(poll, 'question') ?? { _: '' }, 'text'),
		closed: flag(poll, 'closed'),
		quiz: flag(poll, 'quiz'),
		multiple: flag(poll, 'multiple_choice'),
		anonymous: !flag(poll, 'public_voters'),
		voted: chosen.length > 0,
		total_voters: int(results ?? { _: '' }, 'total_voters') ?? 0,
		answers: children(poll, 'answers').map((answer) => {
			const option = bytes(answer, 'option');
			const count = counts.find((one) => option !== null && bytes(one, 'option')?.equals(option) === true);
			return {
				text: textOf(child(answer, 'text') ?? { _: '' }, 'text'),
				// Telegram tells the numbers to those who have voted.
				voters: count === undefined ? null : (int(count, 'voters') ?? 0),
				chosen: count !== undefined && flag(count, 'chosen'),
				correct: count !== undefined && flag(count, 'correct'),
			};
		}),
	};
}
