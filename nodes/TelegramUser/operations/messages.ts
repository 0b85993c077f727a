import type { Resource } from '../../../src/n8n';
import { clearDraft } from './message/clearDraft.operation';
import { closePoll } from './message/closePoll.operation';
import { copy } from './message/copy.operation';
import { deleteMessages } from './message/delete.operation';
import { edit } from './message/edit.operation';
import { editMedia } from './message/editMedia.operation';
import { forward } from './message/forward.operation';
import { get } from './message/get.operation';
import { getByLink } from './message/getByLink.operation';
import { getDrafts } from './message/getDrafts.operation';
import { getMany } from './message/getMany.operation';
import { getMentions } from './message/getMentions.operation';
import { getPoll } from './message/getPoll.operation';
import { getReactions } from './message/getReactions.operation';
import { getSince } from './message/getSince.operation';
import { markPlayed } from './message/markPlayed.operation';
import { pin } from './message/pin.operation';
import { pressButton } from './message/pressButton.operation';
import { react } from './message/react.operation';
import { saveDraft } from './message/saveDraft.operation';
import { search } from './message/search.operation';
import { send } from './message/send.operation';
import { sendAndWait } from './message/sendAndWait.operation';
import { sendContact } from './message/sendContact.operation';
import { sendLocation } from './message/sendLocation.operation';
import { sendMedia } from './message/sendMedia.operation';
import { sendPoll } from './message/sendPoll.operation';
import { sendScheduled } from './message/sendScheduled.operation';
import { sendTyping } from './message/sendTyping.operation';
import { transcribe } from './message/transcribe.operation';
import { unpin } from './message/unpin.operation';
import { unpinAll } from './message/unpinAll.operation';
import { unreact } from './message/unreact.operation';
import { vote } from './message/vote.operation';

/** Everything about messages. */
export const messages = {
	value: 'message',
	name: 'Message',
	defaultOperation: 'send',
	operations: [
		clearDraft,
		closePoll,
		copy,
		deleteMessages,
		edit,
		editMedia,
		forward,
		get,
		getByLink,
		getDrafts,
		getMany,
		getMentions,
		getPoll,
		getReactions,
		getSince,
		markPlayed,
		pin,
		pressButton,
		react,
		saveDraft,
		search,
		send,
		sendAndWait,
		sendContact,
		sendLocation,
		sendMedia,
		sendPoll,
		sendScheduled,
		sendTyping,
		transcribe,
		unpin,
		unpinAll,
		unreact,
		vote,
	],
} as const satisfies Resource;
