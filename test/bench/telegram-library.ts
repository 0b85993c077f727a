/**
 * The library as its authors made it, to compare with: a copy of its own, since in the one we load some of its arithmetic
 * is replaced (`src/channels/telegram/seam/arithmetic.ts`).
 */
import { createRequire } from 'node:module';
import { sep } from 'node:path';
import type * as Library from 'telegram';
import type * as Uploads from 'telegram/client/uploads.js';
import type * as Keys from 'telegram/crypto/AuthKey.js';
import type * as Rsa from 'telegram/crypto/RSA.js';
import type * as Events from 'telegram/events/index.js';
import type * as Logging from 'telegram/extensions/Logger.js';
import type * as Sessions from 'telegram/sessions/index.js';

const require = createRequire(import.meta.url);

/** Modules loaded meanwhile are new, and nobody else finds them. */
function apart<T>(load: () => T): T {
	const ours = (): string[] =>
		Object.keys(require.cache).filter((path) => path.includes(`${sep}node_modules${sep}telegram${sep}`));
	const kept = ours().map((path) => [path, require.cache[path]] as const);
	for (const path of ours()) delete require.cache[path];
	const loaded = load();
	for (const path of ours()) delete require.cache[path];
	for (const [path, module] of kept) require.cache[path] = module;
	return loaded;
}

export const { Api, TelegramClient, CustomFile, AuthKey, _serverKeys, Raw, Logger, LogLevel, StringSession } =
	apart(() => ({
		...(require('telegram') as typeof Library),
		...(require('telegram/client/uploads.js') as typeof Uploads),
		...(require('telegram/crypto/AuthKey.js') as typeof Keys),
		...(require('telegram/crypto/RSA.js') as typeof Rsa),
		...(require('telegram/events/index.js') as typeof Events),
		...(require('telegram/extensions/Logger.js') as typeof Logging),
		...(require('telegram/sessions/index.js') as typeof Sessions),
	}));
