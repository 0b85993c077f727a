import { crc32 } from 'node:zlib';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { encodeObject, layers, readerOf, schemaLayer, schemaOf } from './telegram/tl/layers';
import { Reader } from './telegram/tl/reader';
import { canonicalText, parseTl } from './telegram/tl/schema';
import { upgrade } from './telegram/tl/upgrade';
import { Writer } from './telegram/tl/writer';
import type { FieldType } from './telegram/tl/schema';
import type { TlObject, TlValue } from './telegram/tl/value';

const folder = join(import.meta.dirname, 'telegram', 'schema');

describe('schema texts', () => {
	it.each(['mtproto.tl', ...layers.map((layer) => `api-${layer}.tl`)])(
		'%s: every number is its line’s CRC-32',
		(name) => {
			const definitions = parseTl(readFileSync(join(folder, name), 'utf8'));
			expect(definitions.length).toBeGreaterThan(30);
			const wrong = definitions.filter(({ id, line }) => crc32(canonicalText(line)) !== id);
			expect(wrong.map(({ line }) => line)).toEqual([]);
		},
	);

	it('a layer told by its difference has what it has, and only that', () => {
		const line = (layer: number, name: string) => schemaOf(layer).constructors.get(name)?.line.split(' ')[0];
		expect([144, 158, 227, 229].map((layer) => line(layer, 'user'))).toEqual([
			'user#3ff6ecb0',
			'user#8f97c628',
			'user#31774388',
			'user#b1b8cc83',
		]);
		expect(line(158, 'contact')).toBe(line(144, 'contact'));
		expect(line(158, 'updateUserPhoto')).toBeUndefined();
		expect(schemaOf(227).byId.get(0xb1b8cc83)).toBeUndefined();
	});

	it('a client is answered in the nearest layer kept', () => {
		expect([100, 144, 160, 198, 220, 228, 229, 300].map(schemaLayer)).toEqual([
			144, 144, 158, 198, 227, 227, 229, 229,
		]);
	});
});

/** Some value of a type; objects nest only where they are cheap. */
function sample(type: FieldType, depth: number): TlValue {
	switch (type.kind) {
		case 'int':
			return -5;
		case 'long':
			return -(1n << 62n);
		case 'double':
			return 1.5;
		case 'string':
			return 'тест 🎲';
		case 'bytes':
			return Buffer.alloc(300, 7);
		case 'int128':
			return Buffer.alloc(16, 1);
		case 'int256':
			return Buffer.alloc(32, 2);
		case 'true':
		case 'Bool':
			return true;
		case 'vector':
			return depth > 2 ? [] : [sample(type.item, depth + 1)];
		default:
			return undefined;
	}
}

describe('codec', () => {
	it.each(layers)('every constructor of plain fields of layer %i comes back as it went', (layer) => {
		let tried = 0;
		for (const definition of schemaOf(layer).constructors.values()) {
			const object: Record<string, TlValue> = { _: definition.name };
			const plain = definition.fields.every(({ type, flag }) => {
				const inner = type.kind === 'vector' ? type.item : type;
				return flag !== undefined || !['object', 'bare', 'query'].includes(inner.kind);
			});
			if (!plain || definition.name === 'future_salts') continue;
			for (const { name, type, flag } of definition.fields) {
				const value = type.kind === 'flags' ? undefined : sample(type, 0);
				const inner = type.kind === 'vector' ? type.item.kind : type.kind;
				if (value === undefined || inner === 'object') continue;
				// Fields that share a bit with an object that is left out would be filled with its zero.
				const shared = definition.fields.some(
					(other) =>
						other.flag?.bit === flag?.bit &&
						other.flag?.word === flag?.word &&
						flag !== undefined &&
						sampleless(other.type),
				);
				if (!shared) object[name] = value;
			}
			const bare = object as unknown as TlObject;
			const data = new Writer(schemaOf(layer)).object(bare).finish();
			const own = new Reader(data, (id) => schemaOf(layer).byId.get(id));
			expect(own.object()).toEqual(bare);
			tried += 1;
		}
		expect(tried).toBeGreaterThan(500);
	});

	it('strings of every length are padded to four bytes', () => {
		for (const length of [0, 1, 2, 3, 4, 252, 253, 254, 255, 256, 70_000]) {
			const data = encodeObject(229, { _: 'documentAttributeFilename', file_name: 'x'.repeat(length) });
			expect(data.length % 4).toBe(0);
			expect(readerOf(data).object()).toMatchObject({ file_name: 'x'.repeat(length) });
		}
	});

	it('refuses what the schema does not allow', () => {
		expect(() => encodeObject(229, { _: 'peerUser' })).toThrow('peerUser.user_id is missing');
		expect(() => encodeObject(229, { _: 'peerUser', user_id: 5 })).toThrow('not a long');
		expect(() => encodeObject(229, { _: 'nothing' })).toThrow('not in this layer');
		const wrongType = { _: 'updateChat', chat_id: { _: 'peerUser', user_id: 1n } };
		expect(() => encodeObject(229, wrongType)).toThrow('not a long');
		expect(() => readerOf(Buffer.from('deadbeef', 'hex')).object()).toThrow('unknown constructor');
		expect(() => readerOf(encodeObject(229, { _: 'peerUser', user_id: 1n }).subarray(0, 8)).object()).toThrow(
			'ends early',
		);
	});

	it('older layers get older shapes', () => {
		const reaction = { _: 'reactionEmoji', emoticon: '👍' };
		const counted = { _: 'reactionCount', chosen_order: 0, reaction, count: 2 };
		expect(readerOf(encodeObject(144, counted)).object()).toEqual({
			_: 'reactionCount',
			chosen: true,
			reaction: '👍',
			count: 2,
		});
		expect(readerOf(encodeObject(198, counted)).object()).toEqual(counted);
		const updates = {
			_: 'updates',
			updates: [
				{ _: 'updateNewAuthorization', hash: 1n },
				{ _: 'updateChat', chat_id: 1n },
			],
			users: [],
			chats: [],
			date: 1,
			seq: 0,
		};
		expect(readerOf(encodeObject(198, updates)).object().updates).toHaveLength(2);
		expect(readerOf(encodeObject(144, updates)).object().updates).toEqual([
			...(schemaOf(144).constructors.has('updateChat') ? [{ _: 'updateChat', chat_id: 1n }] : []),
		]);
	});

	it('older requests become the newest ones', () => {
		expect(upgrade({ _: 'messages.sendMessage', reply_to_msg_id: 5, message: 'x' })).toMatchObject({
			reply_to: { _: 'inputReplyToMessage', reply_to_msg_id: 5 },
		});
		expect(upgrade({ _: 'messages.sendReaction', reaction: '👍' }).reaction).toEqual([
			{ _: 'reactionEmoji', emoticon: '👍' },
		]);
		expect(
			upgrade({ _: 'channels.getForumTopics', channel: { _: 'inputChannel', channel_id: 1n } }),
		).toMatchObject({
			_: 'messages.getForumTopics',
			peer: { _: 'inputPeerChannel', channel_id: 1n },
		});
	});
});

function sampleless(type: FieldType): boolean {
	const inner = type.kind === 'vector' ? type.item : type;
	return ['object', 'bare', 'query'].includes(inner.kind);
}
