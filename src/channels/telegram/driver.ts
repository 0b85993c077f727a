import type { AccountConfig, ChannelDriver } from '../../contract';
import type { TelegramAccount } from './account';
import { commands } from './commands';
import { openTelegram } from './open';
import { configure, type TelegramSettings } from './settings';

/** Telegram as one messenger among others. */
export const telegramDriver: ChannelDriver<TelegramAccount> = {
	channel: 'telegram',
	commands,
	/** Sends count against the account's own budget; the bucket is what a flood wait closes. */
	buckets: {},
	configure,
	open: (config, services, signal) => openTelegram(settingsOf(config), services, signal),
	async test(config, services, signal) {
		const open = await openTelegram(settingsOf(config), services, signal);
		try {
			const { name, username, id } = open.profile;
			return { message: `Connected as ${name}${username === null ? '' : ` (@${username})`}, user ${id}.` };
		} finally {
			await open.close();
		}
	},
};

/** The pool keeps `settings` as it was made by `configure` and hands it back unread. */
function settingsOf(config: AccountConfig): TelegramSettings {
	return config.settings as TelegramSettings;
}
