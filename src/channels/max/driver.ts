import type { AccountConfig, ChannelDriver } from '../../contract';
import type { MaxAccount } from './account';
import { commands } from './commands';
import { openMax } from './open';
import { configure, type MaxSettings } from './settings';
import { testMax } from './test-account';

/** MAX as one messenger among others. The account's own budget paces sends; reads are paced page by page. */
export const maxDriver: ChannelDriver<MaxAccount> = {
	channel: 'max',
	commands,
	buckets: {},
	configure,
	open: (config, services, signal) => openMax(settingsOf(config), services, signal),
	testByOpening: (config) => settingsOf(config).token !== null,
	test: (config, services, signal) => testMax(settingsOf(config), services, signal),
};

/** The pool keeps `settings` as it was made by `configure` and hands it back unread. */
function settingsOf(config: AccountConfig): MaxSettings {
	return config.settings as MaxSettings;
}
