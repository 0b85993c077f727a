import type { AccountConfig, ChannelDriver } from '../../contract';
import type { AvitoAccount } from './account';
import { ITEM_BUCKET, ITEMS_BUCKET } from './api/items';
import { commands } from './commands';
import { openAvito } from './open';
import { BACKGROUND, ENRICHMENT } from './session/session';
import { configure, type AvitoSettings } from './settings';
import { testAvito } from './test-account';

const MINUTE_MS = 60_000;

/** Avito as one messenger among others. */
export const avitoDriver: ChannelDriver<AvitoAccount> = {
	channel: 'avito',
	commands,
	buckets: {
		/** reconciliation; with enrichment's the rest of the account's 100 a minute is left for what somebody waits for */
		[BACKGROUND]: { points: 50, windowMs: MINUTE_MS },
		/** of its own, so that a burst of new chats asking for names never keeps reconciliation waiting, and webhooks with it */
		[ENRICHMENT]: { points: 20, windowMs: MINUTE_MS },
		/** OpenAPI: `GET /core/v1/items` */
		[ITEMS_BUCKET]: { points: 25, windowMs: MINUTE_MS },
		/** OpenAPI: `GET /core/v1/accounts/{user_id}/items/{item_id}/` */
		[ITEM_BUCKET]: { points: 500, windowMs: MINUTE_MS },
	},
	configure,
	open: (config, services, signal) => openAvito(settingsOf(config), services, signal),
	test: (config, services, signal) => testAvito(settingsOf(config), services, signal),
};

/** The pool keeps `settings` as it was made by `configure` and hands it back unread. */
function settingsOf(config: AccountConfig): AvitoSettings {
	return config.settings as AvitoSettings;
}
