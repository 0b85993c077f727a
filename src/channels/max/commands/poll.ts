import { z } from '#lib/zod';
import { ChannelError, invalidParameter, type JsonObject } from '../../../contract';
import type { MaxAccount } from '../account';
import { getMessages } from '../api/history';
import { readPoll, sendVote, withState, type Poll } from '../api/polls';
import { chatIdField, idField } from '../input-fields';
import { object } from '../json';
import type { RequestOptions } from '../session/port';
import { inChat } from './one-chat';
import { command, requestOptions } from './shared';

const place = { chatId: chatIdField, messageId: idField };

/** Votes, or takes the vote back when no answer is given. An earlier vote must be taken back first. */
export const messageVote = command({
	...inChat,
	permission: 'send',
	effect: 'change',
	input: z.strictObject({
		...place,
		/** texts or ids of answers */
		answers: z.array(z.union([z.string().trim().min(1), z.number().int()])).max(100),
	}),
	async run(account, { answers, ...where }, context) {
		const options = requestOptions(context);
		const poll = await pollOf(account, where, options);
		const answerIds = answers.map((answer) => answerId(poll, String(answer)));
		const state = await sendVote(account.session, { ...where, pollId: poll.id, answerIds }, options);
		const item = pollItem(where, withState(poll, state));
		return { items: [{ ...item, voted: answerIds.length > 0 }] };
	},
});

/** How a poll stands: votes per answer, and who they came from when the poll is not anonymous. */
export const messageGetPoll = command({
	...inChat,
	permission: 'read',
	effect: 'read',
	input: z.strictObject(place),
	run: async (account, where, context) => ({
		items: [pollItem(where, await pollOf(account, where, requestOptions(context)))],
	}),
});

interface Place {
	chatId: string;
	messageId: string;
}

async function pollOf(
	account: MaxAccount,
	{ chatId, messageId }: Place,
	options: RequestOptions,
): Promise<Poll> {
	const [found] = await getMessages(account.session, chatId, [messageId], options);
	const message = object(found);
	if (message === null)
		throw new ChannelError('message_not_found', `Message ${messageId} is not in this chat`, {
			channel: 'max',
			field: 'messageId',
		});
	const poll = readPoll(message);
	if (poll === null) throw invalidParameter('messageId', 'is no poll');
	return poll;
}

/** By its text, else by its id: people know the words. */
function answerId(poll: Poll, answer: string): number {
	const wanted = answer.toLowerCase();
	const found =
		poll.answers.find(({ text }) => text.trim().toLowerCase() === wanted) ??
		poll.answers.find(({ id }) => String(id) === answer);
	if (found !== undefined) return found.id;
	const choices = poll.answers.map(({ text }) => `"${text}"`).join(', ');
	throw invalidParameter('answers', `"${answer}" is no answer of this poll`, `Choose from ${choices}.`);
}

function pollItem({ chatId, messageId }: Place, poll: Poll): JsonObject {
	return {
		channel: 'max',
		external_chat_id: chatId,
		message_id: messageId,
		poll_id: poll.id,
		question: poll.question,
		total_voters: poll.total,
		answers: poll.answers.map(({ id, text, votes, voterIds }) => ({
			id,
			text,
			voters: votes,
			voter_ids: voterIds,
		})),
	};
}
