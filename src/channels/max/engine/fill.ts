import { ChannelError, type EngineEvent } from '../../../contract';
import { isAllowedChat, type MaxAccount } from '../account';
import { readHistory } from '../api/history';
import { eventFromMessage, readMessages } from '../events/from-message';
import { otherEventId } from '../events/event-id';
import { plainEvent, type MessageFacts } from '../events/normalise';
import { ownerOf } from '../events/owner';
import type { Appender } from './appender';
import { isAfter, positionOf, type Position } from './state';
import type { Tips } from './tips';
import { positionOfMessage, walkForward } from './walk';

export interface FillContext {
	account: MaxAccount;
	appender: Appender;
	tips: Tips;
	/** ms: older than this nobody wants; what lies between the position and it becomes a gap event */
	recoverSince: number;
	signal: AbortSignal;
}

/**
 * Reads a chat from its stored position until nothing is missing, journalling page by page: each page moves the
 * position, so what is interrupted goes on where it stopped. A chat that cannot be read is skipped with a log line.
 */
export async function fillChat(context: FillContext, chatId: string, target: Position | null): Promise<void> {
	const { account, appender, tips, recoverSince, signal } = context;
	const { state } = appender;
	if (state === null || !isAllowedChat(account, chatId)) return;
	const stored = positionOf(state, chatId);
	const after = stored.time < recoverSince ? { time: recoverSince, id: '0' } : stored;
	const { settings, services } = account;
	try {
		if (after !== stored) await tellGap(context, chatId, stored, recoverSince);
		const pages = walkForward(account.session, {
			chatId,
			after,
			target,
			pageSize: settings.historyPage,
			pageDelayMs: settings.pageDelayMs,
			clock: services.clock,
			signal,
		});
		for await (const page of pages) {
			await account.directory.meet(
				page.flatMap(({ senderId }) => senderId ?? []).filter((one) => one !== account.userId),
				signal,
			);
			const events: EngineEvent[] = [];
			for (const message of page) events.push(await recovered(account, message, signal));
			const last = positionOfMessage(page.at(-1) as MessageFacts);
			await appender.append(events, { chatId, to: last });
			tips.set(chatId, last.id, services.clock.now());
		}
	} catch (error) {
		signal.throwIfAborted();
		if (!ChannelError.is(error) || !UNREADABLE.includes(error.code)) throw error;
		services.logger.info('max: a chat cannot be read and is left out of the recovery', {
			chat: chatId,
			code: error.code,
		});
	}
}

/** A chat the account has left or was thrown out of. */
const UNREADABLE: readonly ChannelError['code'][] = [
	'peer_not_found',
	'user_not_found',
	'permission_denied',
	'invalid_parameter',
];

async function recovered(
	account: MaxAccount,
	message: MessageFacts,
	signal: AbortSignal,
): Promise<EngineEvent> {
	return { event: await eventFromMessage(account, message, { signal }), at: message.time, recovered: true };
}

/** Something older than the catch-up reaches was missed: said once, not read. */
async function tellGap(
	{ account, appender, recoverSince, signal }: FillContext,
	chatId: string,
	stored: Position,
	until: number,
): Promise<void> {
	const page = await readHistory(account.session, { chatId, from: recoverSince, backward: 1 }, { signal });
	const [last] = await readMessages(account, chatId, page, signal);
	if (last === undefined || last.time <= stored.time) return;
	const data = {
		from: new Date(stored.time).toISOString(),
		to: new Date(until).toISOString(),
		reason: 'catch_up_limit',
	};
	const event = plainEvent(ownerOf(account), {
		type: 'gap',
		id: otherEventId(account.accountId, `gap:${chatId}:${String(stored.time)}`, last.id),
		at: until,
		chatId,
		text: 'Older than Catch Up at Most reaches; not read.',
		data,
	});
	await appender.append([{ event, at: until, recovered: true }]);
}

/**
 * Messages of a chat that were known before (`known`) and edited after `sinceMs`: their final state, as far as the newest
 * page shows it. Edits of new messages are part of those.
 */
export async function findEdits(
	context: FillContext,
	chatId: string,
	sinceMs: number,
	known: Position,
): Promise<void> {
	const { account, appender, signal } = context;
	if (!isAllowedChat(account, chatId)) return;
	const query = { chatId, from: account.serverNow() + 60_000, backward: account.settings.historyPage };
	const messages = await readMessages(
		account,
		chatId,
		await readHistory(account.session, query, { signal }),
		signal,
	);
	const events: EngineEvent[] = [];
	for (const message of messages) {
		const { status, updateTime } = message;
		if (
			status !== 'EDITED' ||
			updateTime === null ||
			updateTime <= sinceMs ||
			isAfter(positionOfMessage(message), known)
		)
			continue;
		events.push({
			event: await eventFromMessage(account, message, { kind: 'edited', signal }),
			at: updateTime,
			recovered: true,
		});
	}
	await appender.append(events);
}
