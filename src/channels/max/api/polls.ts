import type { Json, JsonObject } from '../../../contract';
import { messageId, wireId } from '../codec';
import { array, id, number, object, objects, text } from '../json';
import { OP } from '../opcodes';
import type { RequestOptions } from '../session/port';
import { ask, type Caller } from './caller';

export interface PollAnswer {
	/** a small number of the poll's own */
	id: number;
	text: string;
	votes: number;
	/** user ids; empty while anonymous */
	voterIds: string[];
}

/** A poll and how it stands. */
export interface Poll {
	id: string;
	question: string;
	answers: PollAnswer[];
	/** people who have voted */
	total: number;
}

/** The poll of a message; null = it holds none. */
export function readPoll(message: JsonObject): Poll | null {
	const attach = objects(message['attaches']).find((one) => one['_type'] === 'POLL');
	const pollId = id(attach?.['pollId']);
	if (attach === undefined || pollId === null) return null;
	const answers = objects(attach['answers']).flatMap((answer): PollAnswer[] => {
		const answerId = number(answer['answerId']);
		return answerId === null
			? []
			: [{ id: answerId, text: text(answer['text']) ?? '', votes: 0, voterIds: [] }];
	});
	const poll = { id: pollId, question: text(attach['title']) ?? '', answers, total: 0 };
	return withState(poll, attach['state'] ?? null);
}

/** `{total, result: [{answerId, voteCount, votes?}]}`, as a vote's reply and the attachment carry it (measured). */
export function withState(poll: Poll, state: Json): Poll {
	const body = object(state);
	if (body === null) return poll;
	const results = new Map(objects(body['result']).map((one) => [number(one['answerId']), one]));
	const answers = poll.answers.map((answer): PollAnswer => {
		const result = results.get(answer.id);
		if (result === undefined) return answer;
		return {
			...answer,
			votes: number(result['voteCount']) ?? 0,
			voterIds: votersOf(result['votes'] ?? null),
		};
	});
	return { ...poll, answers, total: number(body['total']) ?? poll.total };
}

/** Who chose an answer: `{userId, timestamp}` each (the official app reads them so), bare ids in older captures. */
function votersOf(votes: Json): string[] {
	return array(votes).flatMap((vote) => id(object(vote)?.['userId'] ?? vote) ?? []);
}

/** SEND_VOTE (304): no answers take the vote back. Answer ids must be plain integers (measured). */
export async function sendVote(
	caller: Caller,
	vote: { chatId: string; messageId: string; pollId: string; answerIds: readonly number[] },
	options: RequestOptions,
): Promise<Json> {
	const reply = await ask(
		caller,
		OP.sendVote,
		{
			chatId: wireId(vote.chatId),
			messageId: messageId(vote.messageId),
			pollId: wireId(vote.pollId),
			answersIds: vote.answerIds,
		},
		options,
	);
	return reply['state'] ?? null;
}
