import type { AccountStatus, JsonObject, RemoteServer, SessionKey } from '../../contract';
import { ACCOUNT_COMMANDS, type AccountOperations } from '../account/account-commands';
import type { AccountEntry } from '../account/entry';
import type { ReaderSeats } from '../account/reader-seat';
import type { Waits } from '../waits';
import { parseQuestion, type PoolQuestion } from './questions';

export interface PoolServerParts {
	entry(session: SessionKey): AccountEntry | undefined;
	accept(session: SessionKey, hint: JsonObject): Promise<boolean>;
	statuses(): Promise<AccountStatus[]>;
	operations: AccountOperations;
	seats: ReaderSeats;
	waits: Waits;
}

/** What this process does for others with the sessions it owns. */
export function poolServer(parts: PoolServerParts): RemoteServer {
	async function answer(question: PoolQuestion): Promise<JsonObject | null> {
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
		answer: (question) => {
			const known = parseQuestion(question);
			return known === null ? Promise.resolve(null) : answer(known);
		},
		told: () => undefined,
	};
}
