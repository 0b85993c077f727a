import type { Call, HandlerTable } from '../core/call';
import { pushMessage } from '../core/fanout';
import type { Outgoing } from '../codec/wire';
import { badPayload, Refusal } from '../refusal';
import { chatFor } from '../state/chats';
import { findMessage } from '../state/messages';
import type { Attach, Chat, Message } from '../state/model';
import { viewPoll, viewUser } from '../state/views';

type Poll = Extract<Attach, { kind: 'POLL' }>;

function pollOf({ world, me, body }: Call): {
	readonly chat: Chat;
	readonly message: Message;
	readonly poll: Poll;
} {
	const chat = chatFor(world, me, body.int('chatId'));
	const message = findMessage(chat, me, body.messageId('messageId'));
	const poll = message.attaches.find((attach): attach is Poll => attach.kind === 'POLL');
	if (poll === undefined || poll.pollId !== body.int('pollId')) throw new Refusal('not.found');
	return { chat, message, poll };
}

/** SEND_VOTE: plain integers only; an empty list takes the vote back. */
function vote(call: Call): Outgoing {
	const { world, me, body, conn } = call;
	const { chat, message, poll } = pollOf(call);
	const answers = body.plainInts('answersIds').map(Number);
	if (answers.some((id) => !poll.answers.some((answer) => answer.id === id)))
		throw badPayload('Unknown answer');
	if (answers.length > 1 && (poll.settings & 2) === 0) throw new Refusal('poll.denied');
	if (answers.length > 0 && poll.votes.has(me.id)) throw new Refusal('poll.already.voted');
	if (answers.length === 0) poll.votes.delete(me.id);
	else poll.votes.set(me.id, { answers, time: world.now() });
	chat.modified = world.now();
	// choice: the others see the new state as an edited message.
	pushMessage(world, chat, message, conn, { status: 'EDITED' });
	return { state: viewPoll(world, poll, me.id) };
}

function voters(call: Call): Outgoing {
	const { world, me, body, conn } = call;
	const { poll } = pollOf(call);
	const answer = body.number('answerId');
	if ((poll.settings & 1) !== 0) throw new Refusal('poll.denied');
	const ids = [...poll.votes].filter(([, { answers }]) => answers.includes(answer)).map(([id]) => id);
	const users = ids.map((id) => world.users.get(id)).filter((user) => user !== undefined);
	return { voters: users.map((user) => viewUser(conn, me, user)), total: users.length };
}

export const pollHandlers: HandlerTable = {
	304: vote,
	305: voters,
	306: (call) => ({ state: viewPoll(call.world, pollOf(call).poll, call.me.id) }),
};
