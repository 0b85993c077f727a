import type { Connection } from '../core/connection';
import { push, pushToChat } from '../core/fanout';
import type { World } from '../core/world';
import { MessageId } from '../codec/wire';
import type { Chat, Message, User } from './model';
import { viewChat, viewReactions } from './views';

/** 155 to the other members (mobile: 135 beside it), 156 to the reacting account's other connections. */
export function reactionPushes(
	world: World,
	chat: Chat,
	message: Message,
	by: User,
	except?: Connection,
): void {
	chat.modified = world.now();
	const reaction = message.reactions.get(by.id);
	if (reaction !== undefined) chat.lastReaction = { messageId: message.id, reaction };
	if (world.policy.reactionInChat) {
		pushToChat(world, chat, push.chat, (conn, user) =>
			user.id === by.id || !conn.mobile ? undefined : { chat: viewChat(conn, user, chat) },
		);
	}
	if (!world.policy.reactionPushes) return;
	const chatId = chat.id;
	const messageId = new MessageId(message.id);
	pushToChat(world, chat, push.reactions, (_conn, user) => {
		if (user.id === by.id) return undefined;
		const info = viewReactions(message);
		return { chatId, messageId, counters: info?.['counters'] ?? [], totalCount: message.reactions.size };
	});
	for (const conn of world.connectionsOf(by.id)) {
		if (conn === except) continue;
		const reactionInfo = viewReactions(message, by.id) ?? { counters: [], totalCount: 0 };
		conn.push(push.youReacted, { chatId, messageId, reactionInfo });
	}
}
