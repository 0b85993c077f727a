import { expect, it, vi } from 'vitest';
import { LAYER } from '../../src/channels/telegram/seam';

/**
 * The tests of the socket and of the flows once more, over the package the successor took over from (where one of them
 * starts a program of its own, that has the successor). Those of every command are in `telegram-original.long.test.ts`.
 */
vi.mock('#lib/telegram', () => import('../../src/channels/telegram/library-original.mjs'));

it('below is telegram 2.26.22, by its layer', () => {
	expect(LAYER).toBe(198);
});

await import('../channels/telegram/account.test');
await import('../channels/telegram/proxies.test');
await import('./telegram-defects.test');
await import('./telegram-events.test');
