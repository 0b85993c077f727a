import type { ChannelEvent, JsonObject } from '../../../contract';
import type { MaxAccount } from '../account';
import { id, object } from '../json';
import { otherEventId } from './event-id';
import { maskText } from './mask';
import { readMedia } from './media';
import { plainEvent, readMessage } from './normalise';
import { ownerOf } from './owner';

/** 154: a message of the account itself that waits for its time, changed, or has left. What it says is told as far as it is there. */
export function scheduledEvent(account: MaxAccount, body: JsonObject, at: number): ChannelEvent {
	const owner = ownerOf(account);
	const chatId = id(body['chatId']) ?? '';
	const message = body['message'] ?? null;
	const facts = chatId === '' ? null : readMessage(chatId, message);
	const rules = { ownPhone: owner.ownPhone, service: false, maybeCodes: false };
	const event = plainEvent(owner, {
		type: 'scheduled',
		id: otherEventId(account.accountId, `delayed:${String(at)}`, body),
		at,
		chatId,
		messageId: id(body['messageId']) ?? id(object(message)?.['id']),
		direction: 'out',
		text: maskText(facts?.text ?? '', rules),
		data: { message },
		raw: body,
	});
	if (facts !== null) event.media = readMedia(facts.attaches, chatId, facts.id);
	return event;
}
