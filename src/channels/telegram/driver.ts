import type { AccountConfig, ChannelDriver } from '../../contract';
import type { TelegramAccount } from './account';
import { commands } from './commands';
import { openTelegram } from './open';
import { configure, type TelegramSettings } from './settings';

/** Telegram as one messenger among others. */
export const telegramDriver: ChannelDriver<TelegramAccount> = {
	channel: 'telegram',
	// A session seen on two connections from two places is revoked (AUTH_KEY_DUPLICATED): the old one must be gone there.
	reopenAfterMs: 1_000,
	commands,
	/** Sends count against the account's own budget; the bucket is what a flood wait closes. */
	buckets: {},
	configure,
	open: (config, services, signal) => openTelegram(settingsOf(config), services, signal),
	testByOpening: (config) => !settingsOf(config).loggedOut,
	async test(config, services, signal) {
		const settings = settingsOf(config);
		// Telegram ends a session that is used from two connections: what is tried here goes without its key.
		const session = { ...settings.session, authKey: null };
		const open = await openTelegram({ ...settings, session, loggedOut: true }, services, signal);
		await open.close();
		return {
			message: settings.loggedOut
				? 'Telegram answers. Next, run Login in the Telegram User node and put the session in here.'
				: 'Telegram answers. The session is open with the settings saved before and was not tried with these.',
		};
	},
};

/** The pool keeps `settings` as it was made by `configure` and hands it back unread. */
function settingsOf(config: AccountConfig): TelegramSettings {
	return config.settings as TelegramSettings;
}
