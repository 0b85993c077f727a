import { createHash, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { bytes, child, children, int, long } from './telegram/tl/value';
import type { TlObject } from './telegram/tl/value';
import type { RawClient } from './telegram/testing/client';
import { refusal, scene, self } from './telegram.support';

const half = 512 * 1024;
let ids = 100n;

async function uploadBig(client: RawClient, data: Buffer, size = half): Promise<TlObject> {
	const id = (ids += 1n);
	const parts = Math.ceil(data.length / size);
	for (let part = 0; part < parts; part++) {
		const piece = data.subarray(part * size, (part + 1) * size);
		await client.invoke({
			_: 'upload.saveBigFilePart',
			file_id: id,
			file_part: part,
			file_total_parts: parts,
			bytes: piece,
		});
	}
	return { _: 'inputFileBig', id, parts, name: 'big.bin' };
}

/** Sends to oneself and returns the document or photo of the message. */
async function sendFile(client: RawClient, media: TlObject): Promise<TlObject> {
	const sent = await client.invoke({
		_: 'messages.sendMedia',
		peer: self,
		media,
		message: '',
		random_id: (ids += 1n),
	});
	const message = child(
		children(sent, 'updates').find((one) => one._ === 'updateNewMessage')!,
		'message',
	);
	return child(child(message, 'media'), 'document');
}

function documentOf(file: TlObject, more: object = {}): TlObject {
	const attributes = [{ _: 'documentAttributeFilename', file_name: 'big.bin' }];
	return {
		_: 'inputMediaUploadedDocument',
		file,
		mime_type: 'application/octet-stream',
		attributes,
		...more,
	};
}

function locationOf(document: TlObject, thumb_size = ''): TlObject {
	const { id, access_hash, file_reference } = document;
	return { _: 'inputDocumentFileLocation', id, access_hash, file_reference, thumb_size };
}

function getFile(client: RawClient, location: TlObject, offset: number, limit: number): Promise<TlObject> {
	return client.invoke({ _: 'upload.getFile', location, offset: BigInt(offset), limit });
}

describe('files', () => {
	const here = scene();

	it('11 MiB and a few bytes come back byte for byte', async () => {
		const client = await here.enter(1);
		const data = randomBytes(11 * 1024 * 1024 + 13);
		const document = await sendFile(client, documentOf(await uploadBig(client, data)));
		expect(long(document, 'size')).toBe(BigInt(data.length));
		const hash = createHash('sha256');
		for (let offset = 0; offset < data.length; offset += 1024 * 1024) {
			hash.update(bytes(await getFile(client, locationOf(document), offset, 1024 * 1024), 'bytes'));
		}
		expect(hash.digest()).toEqual(createHash('sha256').update(data).digest());
		const beyond = await getFile(client, locationOf(document), 12 * 1024 * 1024, 4096);
		expect(bytes(beyond, 'bytes')).toHaveLength(0);
	});

	it('parts must be whole, even and complete', async () => {
		const client = await here.enter(1);
		const save = (more: object) =>
			refusal(
				client.invoke({
					_: 'upload.saveFilePart',
					file_id: 1n,
					file_part: 0,
					bytes: Buffer.alloc(1024),
					...more,
				}),
			);
		expect(await save({ bytes: Buffer.alloc(0) })).toBe('400 FILE_PART_EMPTY');
		expect(await save({ bytes: Buffer.alloc(half + 1) })).toBe('400 FILE_PART_TOO_BIG');
		expect(await save({ file_part: -1 })).toBe('400 FILE_PART_INVALID');
		expect(await save({})).toBe('accepted');
		expect(await save({ file_part: 2 })).toBe('accepted');
		const send = (file: object) =>
			refusal(
				sendFile(
					client,
					documentOf({ _: 'inputFile', id: 1n, parts: 3, name: 'x', md5_checksum: '', ...file }),
				),
			);
		expect(await send({})).toBe('400 FILE_PART_1_MISSING');
		expect(await send({ id: 99n })).toBe('400 FILE_PART_0_MISSING');
		expect(await send({ parts: 0 })).toBe('400 FILE_PARTS_INVALID');
		await save({ file_part: 1, bytes: Buffer.alloc(1000) });
		expect(await send({})).toBe('400 FILE_PART_SIZE_INVALID');
		await save({ file_part: 1 });
		expect(await send({ md5_checksum: 'wrong' })).toBe('400 MD5_CHECKSUM_INVALID');
		const md5_checksum = createHash('md5').update(Buffer.alloc(3072)).digest('hex');
		expect(await send({ md5_checksum })).toBe('accepted');
	});

	it('pieces of a download obey the rules of offset and limit', async () => {
		const client = await here.enter(1);
		const document = await sendFile(
			client,
			documentOf(await uploadBig(client, randomBytes(2 * 1024 * 1024))),
		);
		const get = (offset: number, limit: number) =>
			refusal(getFile(client, locationOf(document), offset, limit));
		expect(await get(1, 4096)).toBe('400 OFFSET_INVALID');
		expect(await get(0, 5000)).toBe('400 LIMIT_INVALID');
		expect(await get(0, 3 * 4096)).toBe('400 LIMIT_INVALID');
		expect(await get(0, 2 * 1024 * 1024)).toBe('400 LIMIT_INVALID');
		expect(await get(1024 * 1024 - 4096, 8192)).toBe('400 LIMIT_INVALID');
		expect(await get(1024 * 1024 - 4096, 4096)).toBe('accepted');
	});

	it('references expire; a message fetched again has a new one', async () => {
		const client = await here.enter(1);
		const document = await sendFile(client, documentOf(await uploadBig(client, randomBytes(5000))));
		here.sandbox.control.expireFileReferences();
		expect(await refusal(getFile(client, locationOf(document), 0, 8192))).toBe('400 FILE_REFERENCE_EXPIRED');
		const again = { _: 'inputMediaDocument', id: { ...locationOf(document), _: 'inputDocument' } };
		expect(await refusal(sendFile(client, again))).toBe('400 FILE_REFERENCE_EXPIRED');
		const page = { offset_id: 0, offset_date: 0, add_offset: 0, limit: 1, max_id: 0, min_id: 0, hash: 0n };
		const history = await client.invoke({ _: 'messages.getHistory', peer: self, ...page });
		const fresh = child(child(children(history, 'messages')[0]!, 'media'), 'document');
		expect(bytes(await getFile(client, locationOf(fresh), 0, 8192), 'bytes')).toHaveLength(5000);
		const forged = { ...locationOf(fresh), access_hash: 1n, _: 'inputDocumentFileLocation' };
		expect(await refusal(getFile(client, forged, 0, 8192))).toBe('400 LOCATION_INVALID');
	});

	it('a thumbnail is a file of its own', async () => {
		const client = await here.enter(1);
		const png = Buffer.from(
			'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGP4z8DwHwAFAAH/iZk9HQAAAABJRU5ErkJggg==',
			'base64',
		);
		const id = (ids += 1n);
		await client.invoke({ _: 'upload.saveFilePart', file_id: id, file_part: 0, bytes: png });
		const thumb = { _: 'inputFile', id, parts: 1, name: 't.png', md5_checksum: '' };
		const document = await sendFile(
			client,
			documentOf(await uploadBig(client, randomBytes(9000)), { thumb }),
		);
		expect(children(document, 'thumbs')[0]).toMatchObject({ type: 'm', w: 1, h: 1, size: png.length });
		expect(bytes(await getFile(client, locationOf(document, 'm'), 0, 4096), 'bytes')).toEqual(png);
	});

	it('a file of another data centre is fetched there, with a carried login', async () => {
		const client = await here.enter(1);
		const document = await sendFile(client, documentOf(await uploadBig(client, randomBytes(5000))));
		here.sandbox.control.moveFiles({ dc: 3 });
		expect(await refusal(getFile(client, locationOf(document), 0, 8192))).toBe('303 FILE_MIGRATE_3');
		const exported = await client.invoke({ _: 'auth.exportAuthorization', dc_id: 3 });
		const there = await here.open(3);
		expect(await refusal(getFile(there, locationOf(document), 0, 8192))).toBe('401 AUTH_KEY_UNREGISTERED');
		await there.invoke({ _: 'auth.importAuthorization', id: exported.id, bytes: exported.bytes });
		expect(bytes(await getFile(there, locationOf(document), 0, 8192), 'bytes')).toHaveLength(5000);
		expect(
			await refusal(
				there.invoke({
					_: 'messages.getHistory',
					peer: self,
					limit: 1,
					offset_id: 0,
					offset_date: 0,
					add_offset: 0,
					max_id: 0,
					min_id: 0,
					hash: 0n,
				}),
			),
		).toBe('303 USER_MIGRATE_2');
	});

	it('pictures must be pictures; albums must be of one kind', async () => {
		const client = await here.enter(1);
		const file = await uploadBig(client, randomBytes(5000));
		const photo = { _: 'inputMediaUploadedPhoto', file };
		const send = (media: TlObject) =>
			refusal(
				client.invoke({ _: 'messages.sendMedia', peer: self, media, message: '', random_id: (ids += 1n) }),
			);
		expect(await send(photo)).toBe('400 IMAGE_PROCESS_FAILED');
		expect(await send({ _: 'inputMediaPhotoExternal', url: 'https://a.example/x.png' })).toBe(
			'400 WEBPAGE_CURL_FAILED',
		);
		expect(await send({ _: 'inputMediaEmpty' })).toBe('400 MEDIA_EMPTY');
		const video = [{ _: 'documentAttributeVideo', duration: 1, w: 1, h: 1 }];
		const mixed = [documentOf(file), documentOf(file, { attributes: video })];
		const multi_media = mixed.map((media) => ({
			_: 'inputSingleMedia',
			media,
			random_id: (ids += 1n),
			message: '',
		}));
		expect(await refusal(client.invoke({ _: 'messages.sendMultiMedia', peer: self, multi_media }))).toBe(
			'400 MEDIA_INVALID',
		);
		const stored = here.sandbox.control.dump().files;
		expect(stored).toBeGreaterThan(0);
		const injected = here.sandbox.control.injectMessage({
			from: '@anna_sandbox',
			to: '@boris_sandbox',
			media: { kind: 'photo' },
		});
		const [message] = children(
			await client.invoke({
				_: 'messages.getMessages',
				id: [{ _: 'inputMessageID', id: injected.ids['1000002'] }],
			}),
			'messages',
		);
		const shown = child(child(message!, 'media'), 'photo');
		expect(int(shown, 'dc_id')).toBe(2);
	});
});
