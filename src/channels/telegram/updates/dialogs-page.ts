import { markPeer, unmarkId } from '../peers/marked-id';
import { child, children, flag, int, type TlObject } from '../tl';
import { DIALOG_PAGE, type DialogOffset } from './types';

export interface DialogFacts {
	chat: string;
	/** bare id when it is a channel or supergroup */
	channel: string | null;
	pts: number | null;
	topMessage: number;
	/** unix seconds of the top message, 0 = not told */
	date: number;
	pinned: boolean;
}

/** A page of `messages.getDialogs` (or `getPeerDialogs`): its chats, and where the next page begins. */
export interface DialogsPage {
	dialogs: DialogFacts[];
	/** null = this was the last one */
	next: DialogOffset | null;
}

/** Pages follow by the last dialog's top message; pinned dialogs come first whatever their date, so they cannot lead. */
export function readDialogsPage(page: TlObject): DialogsPage {
	const dates = new Map<string, number>();
	for (const message of children(page, 'messages')) {
		const chat = markPeer(child(message, 'peer_id'));
		const id = int(message, 'id');
		if (chat !== null && id !== null) dates.set(`${chat} ${String(id)}`, int(message, 'date') ?? 0);
	}
	const dialogs = children(page, 'dialogs').flatMap((dialog) => factsOf(dialog, dates));
	const last =
		dialogs.findLast(({ date, pinned }) => date > 0 && !pinned) ?? dialogs.findLast(({ date }) => date > 0);
	// A slice may hold fewer than were asked for and still not be the last; one that holds as many as there are is.
	const count = int(page, 'count') ?? Infinity;
	const complete = page._ === 'messages.dialogs' || (dialogs.length < DIALOG_PAGE && dialogs.length >= count);
	if (complete || last === undefined) return { dialogs, next: null };
	return { dialogs, next: { date: last.date, id: last.topMessage, peer: last.chat } };
}

function factsOf(dialog: TlObject, dates: ReadonlyMap<string, number>): DialogFacts[] {
	const chat = markPeer(child(dialog, 'peer'));
	if (dialog._ !== 'dialog' || chat === null) return [];
	const topMessage = int(dialog, 'top_message') ?? 0;
	const peer = unmarkId(chat);
	return [
		{
			chat,
			channel: peer?.type === 'channel' ? peer.id : null,
			pts: int(dialog, 'pts'),
			topMessage,
			date: dates.get(`${chat} ${String(topMessage)}`) ?? 0,
			pinned: flag(dialog, 'pinned'),
		},
	];
}
