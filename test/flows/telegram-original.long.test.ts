import { expect, it, vi } from 'vitest';
import { LAYER } from '../../src/channels/telegram/seam';

/** Every command over the package the successor took over from. */
vi.mock('#lib/telegram', () => import('../../src/channels/telegram/library-original.mjs'));

it('below is telegram 2.26.22, by its layer', () => {
	expect(LAYER).toBe(198);
});

await import('../channels/telegram/login.test');
await import('../channels/telegram/messages.test');
await import('../channels/telegram/chats.test');
await import('../channels/telegram/contacts.test');
await import('../channels/telegram/media.test');
await import('../channels/telegram/reading/reader.test');
