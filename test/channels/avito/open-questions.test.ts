import { Readable } from 'node:stream';
import { expect, it } from 'vitest';
import type { JsonObject } from '../../../src/contract';
import { tinyPng, type Settings } from '../../sandbox/avito';
import { codeOf, MemoryJournal, startBench } from './fixture';

/**
 * What Avito's documents leave open, each question answered the other way than the sandbox does by default
 * (`test/sandbox/avito/settings.ts` says what is known of each).
 */
const answers: Partial<Settings>[] = [
	{},
	{ expired_token: 'unauthorized_401' },
	{ new_token_revokes_old: true },
	{ token_basic_auth: false },
	{ trailing_slash: 'lenient' },
	{ messages_shape: 'array' },
	{ messages_meta: false },
	{ observed_fields: false },
	{ require_json_content_type: false },
	{ text_unit: 'code_points' },
	{ text_answer_has_author: true },
	{ send_marks_read: true },
	{ url_text_becomes_link: true },
	{ delete_sends_webhook: false },
	{ accept_webp: true },
	{ voice_ids_encoding: 'repeated' },
	{ voice_ids_encoding: 'csv' },
	{ unknown_voice: 'not_found' },
	{ voice_redirect: true },
	{ blacklist_answer: 'object' },
	{ blacklist_silences: false },
	{ subscribe_twice_status: 409 },
	{ unsubscribe_unknown_status: 404 },
	{ no_subscription_chats: 'payment_required' },
	{ rate_limits: true, messenger_per_minute: 1_000, rate_headers_on_success: false },
	{ retry_after: true },
	{ non_item_context: 'other_type' },
	{ non_item_id: 'zero' },
	{ non_item_id: 'absent' },
];

const file = (bytes: Buffer) =>
	({
		kind: 'stream',
		open: async () => Readable.from([bytes]),
		fileName: 'photo',
		mimeType: 'application/octet-stream',
	}) as const;
const webp = Buffer.from('RIFF\0\0\0\0WEBPVP8 ');

it.each(answers.map((settings) => [JSON.stringify(settings), settings] as const))(
	'a day of a shop goes the same way whatever the answer to %s',
	async (_name, settings) => {
		const bench = await startBench({ settings });
		const { control } = bench.sandbox;
		const { chat_id: chatId } = control.incoming({ text: 'Есть доставка?', author_name: 'Анна' });
		const { chat_id: personal } = control.incoming({ text: 'Помните меня?', chat_type: 'u2u' });
		control.incoming({ chat_id: chatId, type: 'voice' });
		const account = await bench.account();
		const call = async (name: string, input: JsonObject = {}): Promise<JsonObject[]> =>
			(await bench.call(account, name, input)).items;

		// What came, by list and by comparison.
		expect((await call('chat.getMany')).map((chat) => chat['chat_type']).sort()).toEqual(['u2i', 'u2u']);
		expect(await call('chat.get', { chatId: personal })).toMatchObject([{ chat_type: 'u2u', ad_id: null }]);
		expect(await call('chat.unreadCount')).toMatchObject([{ chats: 2, messages: 3 }]);
		const [voice, question] = (await call('message.getMany', { chatId })) as {
			event_id?: string;
			media?: { voice_ref?: string };
		}[];
		const journal = new MemoryJournal(account.accountId);
		journal.startAt = 0;
		const reader = account.startReading(journal);
		await reader.live;
		await reader.stop();
		expect(journal.events.map(({ event }) => event.event_id)).toEqual(
			expect.arrayContaining([question?.event_id, voice?.event_id]),
		);
		const voiceId = voice?.media?.voice_ref ?? '';
		expect((await bench.call(account, 'message.getVoice', { voiceId, download: true })).media).toHaveLength(
			1,
		);
		expect(await codeOf(call('message.getVoice', { voiceId: 'unknown' }))).toBe('message_not_found');

		// What goes out.
		const sent = await call('message.send', { chatId, text: '🙂'.repeat(500) });
		await call('message.sendLink', { chatId, url: 'https://example.com/prices' });
		const [link] = await call('message.getMany', { chatId, limit: 1 });
		expect(link).toMatchObject({ text: 'https://example.com/prices', meta: { direction: 'out' } });
		await bench.call(account, 'message.sendImage', { chatId }, { media: [file(tinyPng)] });
		const asWebp = bench.call(account, 'message.sendImage', { chatId }, { media: [file(webp)] });
		expect(await codeOf(asWebp)).toBe(settings.accept_webp === true ? 'no error' : 'media_not_supported');
		expect(await call('message.delete', { chatId, messageId: sent[0]?.['message_id'] ?? '' })).toEqual([
			{ deleted: true },
		]);
		await call('chat.markRead', { chatId });
		await call('chat.markRead', { chatId: personal });
		expect(await call('chat.unreadCount')).toMatchObject([{ chats: 0, messages: 0 }]);

		// The account itself.
		const url = 'http://127.0.0.1:1/hook';
		for (const name of ['webhook.subscribe', 'webhook.subscribe']) await call(name, { url });
		expect(await call('webhook.list')).toMatchObject([{ url }]);
		for (const name of ['webhook.unsubscribe', 'webhook.unsubscribe']) await call(name, { url });
		expect(await call('chat.blockUser', { userId: '200000777', reason: 'spam' })).toMatchObject([
			{ blocked: true },
		]);
		control.tokens({ user_id: 94000001, action: 'expire' });
		expect(await call('account.getSelf')).toMatchObject([{ id: '94000001' }]);

		// Without the paid access no notice is taken for a message, and the reason is told.
		control.incoming({ chat_id: chatId, text: 'Ещё здесь?' });
		control.account({ user_id: 94000001, subscription: false });
		expect(await codeOf(call('message.getMany', { chatId }))).toBe('subscription_missing');
		expect(await codeOf(call('message.send', { chatId, text: 'Да' }))).toBe('subscription_missing');
		expect(JSON.stringify(await call('chat.getMany').catch(() => []))).not.toMatch(/подписк/i);
	},
	20_000,
);
