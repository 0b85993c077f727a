import { ChannelError, type DriverServices } from '../../contract';
import { getSelf } from './api/account';
import type { Caller } from './api/caller';
import { listChats } from './api/chats';
import { listMessages } from './api/messages';
import { listSubscriptions } from './api/webhooks';
import { subscriptionMissing } from './errors';
import { isPlaceholderMessage } from './events/from-list';
import { Session } from './session/session';
import type { AvitoSettings } from './settings';
import { CONVERSATIONS } from './walk';

/**
 * Credential test: tells wrong keys (`credential_invalid`), keys of an employee or of another account
 * (`permission_denied`) and the missing subscription (`subscription_missing`) apart.
 */
export async function testAvito(
	settings: AvitoSettings,
	services: DriverServices,
	signal: AbortSignal,
): Promise<{ message: string }> {
	// A person waits in front of the window, with a button to try again: no waiting between attempts of our own.
	const session = new Session({ ...settings, retry: { ...settings.retry, times: 0 } }, services);
	try {
		const self = (await getSelf(session, { signal })).value;
		const userId = settings.userId ?? self.id;
		if (userId !== self.id) throw foreignKeys(self.id, userId);
		const caller = { session, userId };
		const { chats } = await listChats(caller, { limit: 1, chatTypes: CONVERSATIONS }, { signal });
		const name = `${self.name ?? 'account'} (${self.id})`;
		const [first] = chats;
		if (first === undefined) {
			await refuseUnpaid(caller, signal);
			return {
				message:
					`Connected as ${name}. No chats are visible: fine for a new account; otherwise the keys may belong to an employee ` +
					'(make them in the main company account).',
			};
		}
		const last = first.value.last_message;
		if (last != null && isPlaceholderMessage(last)) throw subscriptionMissing();
		// The list answers without the paid access too; only the messages tell.
		await listMessages(caller, first.value.id, { limit: 1 }, { signal });
		return { message: `Connected as ${name}. The messenger API is available.` };
	} finally {
		await session.close();
	}
}

/**
 * Without a chat there is no message to ask for; the list of webhooks is another thing that answers 402 without the
 * paid access (seen by one client). Whatever else it answers says nothing about the keys.
 */
async function refuseUnpaid(caller: Caller, signal: AbortSignal): Promise<void> {
	try {
		await listSubscriptions(caller, { signal });
	} catch (error) {
		if (signal.aborted || (ChannelError.is(error) && error.code === 'subscription_missing')) throw error;
	}
}

function foreignKeys(keysOf: string, userId: string): ChannelError {
	return new ChannelError('permission_denied', `These keys belong to account ${keysOf}, not to ${userId}`, {
		channel: 'avito',
		field: 'userId',
		hint:
			'Keys made by an employee do not reach the company chats: make them in the main company account, ' +
			'or leave User ID empty to use the account the keys belong to.',
	});
}
