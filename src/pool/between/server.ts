import type { AccountStatus, Clock, JsonObject, RemoteServer, SessionKey } from '../../contract';
import { ACCOUNT_COMMANDS, type AccountOperations } from '../account/account-commands';
import { withDeadline } from '../account/deadline';
import type { AccountEntry } from '../account/entry';
import type { ReaderSeats } from '../account/reader-seat';
import type { Waits } from '../waits';
import { parseNews, parseQuestion, type PoolQuestion } from './questions';

/** A read of the provider, for *Listen for test event*, ms. */
const LATEST_MS = 15_000;

export interface PoolServerParts {
	clock: Clock;
	entry(session: SessionKey): AccountEntry | undefined;
	accept(session: SessionKey, hint: JsonObject): Promise<boolean>;
	statuses(): Promise<AccountStatus[]>;
	operations: AccountOperations;
	seats: ReaderSeats;
	waits: Waits;
}

/** What this process does for others with the sessions it owns. */
export function poolServer(parts: PoolServerParts): RemoteServer {
	async function answer(question: PoolQuestion, from: string): Promise<JsonObject | null> {
		switch (question.ask) {
			case 'addWait': {
				const entry = parts.entry(question.session);
				if (entry?.owns !== true) return null;
				return { account: (await parts.waits.addHere(entry, question.wait)).accountId };
			}
			case 'reloadWaits': {
				const hub = parts.seats.find(question.account)?.hub;
				await hub?.reloadWaits();
				return hub === undefined ? null : {};
			}
			case 'follow': {
				const live = await parts.seats.find(question.account)?.hub?.follow(from, question.interest);
				return live === undefined ? null : { live };
			}
			case 'unfollow':
				parts.seats.find(question.account)?.hub?.unfollow(from);
				return {};
			case 'attend': {
				const entry = parts.entry(question.session);
				return entry?.owns === true && (await entry.attend()) ? {} : null;
			}
			case 'announce': {
				const seat = parts.seats.find(question.account);
				if (seat?.hub === undefined) return null;
				await seat.announce(question.event);
				return {};
			}
			case 'latest': {
				const hub = parts.seats.find(question.account)?.hub;
				if (hub === undefined) return null;
				const deadline = withDeadline(parts.clock, LATEST_MS, 'reading the latest messages');
				try {
					const events = await hub.latest(question.limit, deadline.signal);
					return { events: events as unknown as JsonObject[] };
				} finally {
					deadline.end();
				}
			}
			case 'resume':
				return { outcome: await parts.waits.resumeHere(question.wait, question.event) };
			case 'statuses':
				return { statuses: (await parts.statuses()) as unknown as JsonObject[] };
		}
	}

	return {
		call: (session, call) => {
			const entry = parts.entry(session);
			if (entry?.owns !== true) return null;
			const own = ACCOUNT_COMMANDS[call.command.name];
			return own === undefined ? entry.serve(call) : own.run(entry, parts.operations);
		},
		yield: (session) => parts.entry(session)?.yieldSession() ?? Promise.resolve(true),
		hint: (session, hint) => parts.accept(session, hint),
		answer: (question, from) => {
			const known = parseQuestion(question);
			return known === null ? Promise.resolve(null) : answer(known, from);
		},
		told: (news) => {
			const known = parseNews(news);
			if (known !== null) parts.seats.find(known.account)?.told(known);
		},
	};
}
