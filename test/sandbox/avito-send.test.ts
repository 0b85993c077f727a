import { describe, expect, it } from 'vitest';
import { z } from '#lib/zod';
import { errorBody, fieldsBody, openClient, replyOf, type PlainClient, type Reply } from './avito.support';
import { silentVoice, tinyJpeg, tinyPng } from './avito';

const sizesSchema = z.strictObject({
	'1280x960': z.url(),
	'640x480': z.url(),
	'140x105': z.url(),
	'32x32': z.url(),
});

const created = z.int().min(1_000_000_000).max(9_999_999_999);

async function sendText(client: PlainClient, chatId: string, text: string): Promise<Reply> {
	return client.call('POST', `${client.chat('v1', chatId)}/messages`, {
		body: { type: 'text', message: { text } },
	});
}

async function upload(
	client: PlainClient,
	parts: ReadonlyArray<[name: string, bytes: Buffer]>,
): Promise<Reply> {
	const form = new FormData();
	for (const [name, bytes] of parts) form.append(name, new Blob([new Uint8Array(bytes)]), 'picture.bin');
	const headers = { authorization: `Bearer ${client.token}` };
	const url = `${client.sandbox.origin}${client.base('v1')}/uploadImages`;
	return replyOf(await fetch(url, { method: 'POST', body: form, headers }));
}

/** A PNG header of the given size with nothing behind it. */
function pngOf(width: number, height: number): Buffer {
	const bytes = Buffer.from(tinyPng);
	bytes.writeUInt32BE(width, 16);
	bytes.writeUInt32BE(height, 20);
	return bytes;
}

describe('postSendMessage', () => {
	it('answers with the stored message, which then is the last of its chat and in the outbox', async () => {
		const client = await openClient();
		const { control } = client.sandbox;
		const { chat_id } = control.incoming();
		const reply = await sendText(client, chat_id, 'Добрый день!');
		expect(reply.status).toBe(200);
		const sent = z
			.strictObject({
				id: z.string().regex(/^[0-9a-f]{32}$/),
				created,
				direction: z.literal('out'),
				type: z.literal('text'),
				content: z.strictObject({ text: z.literal('Добрый день!') }),
			})
			.parse(reply.json);
		const [record] = control.outbox({ chat_id });
		expect(record).toMatchObject({ message_id: sent.id, text: 'Добрый день!', type: 'text', image_id: null });
		expect(control.messages({ chat_id }).at(-1)).toMatchObject({
			id: sent.id,
			author_id: client.account.user_id,
		});
	});

	it.each([
		['another type', { type: 'link', message: { text: 'x' } }, 'type'],
		['an empty text', { type: 'text', message: { text: '' } }, 'message.text'],
		['no text', { type: 'text', message: {} }, 'message.text'],
		['1001 characters', { type: 'text', message: { text: 'я'.repeat(1001) } }, 'message.text'],
	])('refuses %s', async (_case, body, field) => {
		const client = await openClient();
		const { chat_id } = client.sandbox.control.incoming();
		const reply = await client.call('POST', `${client.chat('v1', chat_id)}/messages`, { body });
		expect(reply.status).toBe(400);
		fieldsBody(field).parse(reply.json);
		expect(client.sandbox.control.outbox()).toEqual([]);
	});

	it('counts 1000 characters in UTF-16 units or in code points', async () => {
		const client = await openClient();
		const { chat_id } = client.sandbox.control.incoming();
		expect((await sendText(client, chat_id, '🙂'.repeat(500))).status).toBe(200);
		expect((await sendText(client, chat_id, '🙂'.repeat(501))).status).toBe(400);
		client.sandbox.control.settings({ text_unit: 'code_points' });
		expect((await sendText(client, chat_id, '🙂'.repeat(1000))).status).toBe(200);
		expect((await sendText(client, chat_id, '🙂'.repeat(1001))).status).toBe(400);
	});

	it('wants JSON that is JSON, and says so in its content type', async () => {
		const client = await openClient();
		const { chat_id } = client.sandbox.control.incoming();
		const url = `${client.sandbox.origin}${client.chat('v1', chat_id)}/messages`;
		const authorization = `Bearer ${client.token}`;
		const body = JSON.stringify({ type: 'text', message: { text: 'x' } });
		const untyped = { authorization, 'content-type': 'text/plain' };
		expect((await fetch(url, { method: 'POST', body, headers: untyped })).status).toBe(400);
		const typed = { authorization, 'content-type': 'application/json' };
		expect((await fetch(url, { method: 'POST', body: '{"type":', headers: typed })).status).toBe(400);
		client.sandbox.control.settings({ require_json_content_type: false });
		expect((await fetch(url, { method: 'POST', body, headers: untyped })).status).toBe(200);
	});

	it('marks the chat read, or makes a link of a URL, when switched to', async () => {
		const client = await openClient({ settings: { send_marks_read: true, url_text_becomes_link: true } });
		const { control } = client.sandbox;
		const { chat_id } = control.incoming();
		const reply = await sendText(client, chat_id, 'https://example.org/a');
		const link = { text: 'https://example.org/a', url: 'https://example.org/a', preview: null };
		expect(reply.json).toMatchObject({ type: 'link', content: { link } });
		expect(control.state().chats[0]).toMatchObject({ unread: false });
	});
});

describe('uploadImages and postSendImageMessage', () => {
	it('takes a picture, gives its id and sizes, sends it, and serves it without a token', async () => {
		const client = await openClient();
		const { chat_id } = client.sandbox.control.incoming();
		const uploaded = await upload(client, [['uploadfile[]', tinyPng]]);
		expect(uploaded.status).toBe(200);
		const sizes = z.record(z.string().regex(/^\d{5}\.[\w-]{20}$/), sizesSchema).parse(uploaded.json);
		const [image_id] = Object.keys(sizes);
		const sent = await client.call('POST', `${client.chat('v1', chat_id)}/messages/image`, {
			body: { image_id },
		});
		const message = z
			.strictObject({
				id: z.string(),
				author_id: z.literal(client.account.user_id),
				created,
				direction: z.literal('out'),
				type: z.literal('image'),
				content: z.strictObject({ image: z.strictObject({ sizes: sizesSchema }) }),
			})
			.parse(sent.json);
		const picture = await fetch(message.content.image.sizes['1280x960']);
		expect(picture.headers.get('content-type')).toBe('image/png');
		expect(Buffer.from(await picture.arrayBuffer())).toEqual(tinyPng);
		expect(client.sandbox.control.requests({ operation_id: 'downloadImage' })[0]?.authorization).toBeNull();
	});

	it('knows the documented formats by their first bytes', async () => {
		const client = await openClient();
		const heic = Buffer.concat([Buffer.from([0, 0, 0, 24]), Buffer.from('ftypheic'), Buffer.alloc(12)]);
		const webp = Buffer.from('RIFF\0\0\0\0WEBPVP8 ');
		for (const bytes of [tinyJpeg, tinyPng, heic, Buffer.from('GIF89a'), Buffer.from('BM....')]) {
			expect((await upload(client, [['uploadfile[]', bytes]])).status).toBe(200);
		}
		expect((await upload(client, [['uploadfile[]', webp]])).status).toBe(400);
		client.sandbox.control.settings({ accept_webp: true });
		expect((await upload(client, [['uploadfile[]', webp]])).status).toBe(200);
	});

	it.each<[string, Array<[string, Buffer]>]>([
		['another part name', [['uploadfile', tinyPng]]],
		['no part', []],
		[
			'two parts',
			[
				['uploadfile[]', tinyPng],
				['uploadfile[]', tinyPng],
			],
		],
		['what is no picture', [['uploadfile[]', Buffer.from('%PDF-1.7')]]],
		['76 megapixels', [['uploadfile[]', pngOf(76_000, 1000)]]],
		['more than 24 MB', [['uploadfile[]', Buffer.concat([tinyPng, Buffer.alloc(24 * 1024 * 1024)])]]],
	])('refuses %s', async (_case, parts) => {
		const client = await openClient();
		const reply = await upload(client, parts);
		expect(reply.status).toBe(400);
		fieldsBody('uploadfile[]').parse(reply.json);
	});

	it('refuses a body that is not multipart, and an id that was never uploaded or is foreign', async () => {
		const client = await openClient();
		const { control, accounts } = client.sandbox;
		expect((await client.call('POST', `${client.base('v1')}/uploadImages`, { body: {} })).status).toBe(400);
		const [image_id = ''] = Object.keys((await upload(client, [['uploadfile[]', tinyPng]])).json as object);
		const foreign = control.incoming({ user_id: accounts[1].user_id });
		const path = `/messenger/v1/accounts/${accounts[1].user_id}/chats/${foreign.chat_id}/messages/image`;
		const token = await client.login(accounts[1]);
		expect((await client.call('POST', path, { body: { image_id }, token })).status).toBe(400);
		control.settings({ unknown_image_status: 404 });
		expect((await client.call('POST', path, { body: { image_id: '1.x' }, token })).status).toBe(404);
	});
});

describe('deleteMessage', () => {
	it('takes back an own message within the hour; it stays in history as deleted', async () => {
		const client = await openClient();
		const { control } = client.sandbox;
		const { chat_id } = control.incoming();
		const { id } = (await sendText(client, chat_id, 'Ошибка')).json as { id: string };
		const path = `${client.chat('v1', chat_id)}/messages/${id}`;
		const reply = await client.call('POST', path);
		expect([reply.status, reply.json]).toEqual([200, {}]);
		expect(control.messages({ chat_id }).at(-1)).toMatchObject({ id, type: 'deleted', content: {} });
	});

	it("refuses after the hour, other people's messages and unknown ones", async () => {
		const client = await openClient();
		const { control } = client.sandbox;
		const { chat_id, message_id } = control.incoming();
		const { id } = (await sendText(client, chat_id, 'Ошибка')).json as { id: string };
		const remove = (message: string) =>
			client.call('POST', `${client.chat('v1', chat_id)}/messages/${message}`);
		const foreign = await remove(message_id);
		expect([foreign.status, foreign.json]).toEqual([403, errorBody(403, 'Forbidden')]);
		expect((await remove('0'.repeat(32))).status).toBe(404);
		control.clock({ advance_seconds: 3602 });
		expect((await remove(id)).status).toBe(400);
		control.settings({ delete_too_late_status: 403 });
		expect((await remove(id)).status).toBe(403);
	});
});

describe('getVoiceFiles', () => {
	async function voices(client: PlainClient, query: string) {
		const reply = await client.call('GET', `${client.base('v1')}/getVoiceFiles${query}`);
		return z.strictObject({ voices_urls: z.record(z.uuid(), z.url()) }).parse(reply.json).voices_urls;
	}

	function voiceId(client: PlainClient): string {
		const { chat_id } = client.sandbox.control.incoming({ type: 'voice' });
		const content = client.sandbox.control.messages({ chat_id }).at(-1)?.content;
		return z.object({ voice: z.strictObject({ voice_id: z.uuid() }) }).parse(content).voice.voice_id;
	}

	it('gives URLs that serve Opus in MP4 for one hour, without a token', async () => {
		const client = await openClient();
		const id = voiceId(client);
		const url = (await voices(client, `?voice_ids=${id}`))[id] ?? '';
		const file = await fetch(url);
		const bytes = Buffer.from(await file.arrayBuffer());
		expect([file.status, bytes.equals(silentVoice)]).toEqual([200, true]);
		expect(bytes.toString('latin1', 4, 8)).toBe('ftyp');
		expect(bytes.includes('Opus')).toBe(true);
		expect((await fetch(url.replace(/sign=\w{4}/, 'sign=0000'))).status).toBe(403);
		client.sandbox.control.clock({ advance_seconds: 3602 });
		expect((await fetch(url)).status).toBe(403);
		const again = (await voices(client, `?voice_ids=${id}`))[id] ?? '';
		expect((await fetch(again)).status).toBe(200);
	});

	it('takes several ids in either encoding, or in one only', async () => {
		const client = await openClient();
		const [a, b] = [voiceId(client), voiceId(client)];
		const repeated = `?voice_ids=${a}&voice_ids=${b}`;
		const csv = `?voice_ids=${a},${b}`;
		expect(Object.keys(await voices(client, repeated))).toEqual([a, b]);
		expect(Object.keys(await voices(client, csv))).toEqual([a, b]);
		client.sandbox.control.settings({ voice_ids_encoding: 'repeated' });
		expect(Object.keys(await voices(client, repeated))).toEqual([a, b]);
		expect(await voices(client, csv)).toEqual({});
		client.sandbox.control.settings({ voice_ids_encoding: 'csv' });
		expect(Object.keys(await voices(client, csv))).toEqual([a, b]);
		expect(Object.keys(await voices(client, repeated))).toEqual([b]);
	});

	it('needs an id, keeps foreign voices to themselves, and can redirect', async () => {
		const client = await openClient();
		const id = voiceId(client);
		const missing = await client.call('GET', `${client.base('v1')}/getVoiceFiles`);
		fieldsBody('voice_ids').parse(missing.json);
		const { accounts, control } = client.sandbox;
		const token = await client.login(accounts[1]);
		const path = `/messenger/v1/accounts/${accounts[1].user_id}/getVoiceFiles?voice_ids=${id}`;
		expect((await client.call('GET', path, { token })).json).toEqual({ voices_urls: {} });
		control.settings({ unknown_voice: 'not_found', voice_redirect: true });
		expect((await client.call('GET', path, { token })).status).toBe(404);
		const url = (await voices(client, `?voice_ids=${id}`))[id] ?? '';
		expect((await fetch(url, { redirect: 'manual' })).status).toBe(302);
		expect((await fetch(url)).status).toBe(200);
	});
});
