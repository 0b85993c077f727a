import { NO_MEDIA, plainMeta, type ChannelEvent } from '../../../contract';
import type { NormaliseAccount } from './normalise';

/** Something arrived that cannot be reached any more. */
export interface Gap {
	/** the chat it is in; null = somewhere in the account */
	chatId: string | null;
	/** unix seconds: nothing between these two was seen */
	from: number;
	to: number;
	reason: 'chat_ceiling' | 'message_ceiling' | 'catch_up_limit';
}

const SENTENCES: Record<Gap['reason'], string> = {
	chat_ceiling: 'Avito shows no more than 1,100 chats; older ones that changed could not be read.',
	message_ceiling: 'Avito shows no more than 1,100 messages of a chat; older new ones could not be read.',
	catch_up_limit: 'Older than Catch Up at Most reaches; not read.',
};

export function gapEvent(gap: Gap, owner: NormaliseAccount): ChannelEvent {
	const from = new Date(gap.from * 1000).toISOString();
	const to = new Date(gap.to * 1000).toISOString();
	return {
		channel: 'avito',
		event_id: `${owner.accountId}:gap:${gap.reason}:${gap.chatId ?? ''}:${gap.from}-${gap.to}`,
		event_type: 'gap',
		account: owner.account,
		external_user_id: '',
		external_chat_id: gap.chatId ?? '',
		text: SENTENCES[gap.reason],
		timestamp: to,
		client_name: '',
		client_phone: '',
		media: { ...NO_MEDIA },
		meta: plainMeta({ original_media_type: 'gap' }),
		data: { from, to, reason: gap.reason },
	};
}
