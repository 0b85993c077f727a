import type { Json } from '../../../contract';
import type { TelegramAccount } from '../account';
import { inputChannel, inputUser, type Peer } from '../peers/peer';
import { fieldsOf, RequestProblem, type FieldType } from '../seam';
import type { TlObject, TlValue } from '../tl';

/** TL's types for a chat or person: where one of them is due, a reference of ours may stand. */
const PEERS = new Set(['InputPeer', 'InputUser', 'InputChannel', 'InputDialogPeer', 'InputNotifyPeer']);

/** What a field asks for whose type is not known. */
const ANY: FieldType = { type: '', vector: false };

/** A reference in the parameters, in either form: `{ "_": "chat", "id": "@name" }`, or the text alone. */
function referenceIn(value: Json, { type }: FieldType): string | null {
	if (typeof value === 'string') return PEERS.has(type) ? value : null;
	if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
	return nameOf(value) === 'chat' && typeof value['id'] === 'string' ? value['id'] : null;
}

/** Every chat and person the parameters of a method name. */
export function referencesIn(value: Json, wanted: FieldType = ANY): string[] {
	const reference = referenceIn(value, wanted);
	if (reference !== null) return [reference];
	if (Array.isArray(value)) return value.flatMap((entry) => referencesIn(entry, wanted));
	if (typeof value !== 'object' || value === null) return [];
	const fields = fieldsOf(nameOf(value) ?? '');
	return Object.entries(value).flatMap(([name, inner]) =>
		referencesIn(inner, fields?.get(snakeCase(name)) ?? ANY),
	);
}

/**
 * JSON → TL: fields in snake_case or camelCase, bytes as `{ "$base64" }`, `{ "$hex" }` or, where bytes are due, as base64.
 * @param peers those that `referencesIn` named
 * @throws RequestProblem for an object without a constructor
 */
export function toTl(
	account: TelegramAccount,
	value: Json,
	peers: ReadonlyMap<string, Peer>,
	wanted: FieldType = ANY,
): TlValue {
	const peer = peers.get(referenceIn(value, wanted) ?? '');
	if (peer !== undefined) return asType(account, peer, wanted.type);
	if (Array.isArray(value)) return value.map((entry) => toTl(account, entry, peers, wanted));
	if (typeof value === 'string' && wanted.type === 'bytes') return Buffer.from(value, 'base64');
	if (typeof value !== 'object' || value === null) return value;
	const { $base64: base64, $hex: hex } = value;
	if (typeof base64 === 'string') return Buffer.from(base64, 'base64');
	if (typeof hex === 'string') return Buffer.from(hex, 'hex');
	const tag = nameOf(value);
	if (tag === null) throw new RequestProblem('every object needs its constructor in "_"');
	const fields = fieldsOf(tag);
	const converted = Object.entries(value)
		.filter(([name]) => name !== '_')
		.map(([given, inner]) => {
			const name = snakeCase(given);
			return [name, toTl(account, inner, peers, fields?.get(name) ?? ANY)] as const;
		});
	return { ...Object.fromEntries(converted), _: tag };
}

/** The same chat or person as the request wants it named; one type in the place of another is refused by Telegram. */
function asType({ resolver, userId }: TelegramAccount, peer: Peer, type: string): TlObject {
	const input = resolver.inputOf(peer.id);
	switch (type) {
		case 'InputUser':
			if (peer.type === 'user') return inputUser(peer, userId);
			throw new RequestProblem(`${peer.id} is a group or channel: a person is needed here`);
		case 'InputChannel':
			if (peer.type === 'channel') return inputChannel(peer);
			throw new RequestProblem(`${peer.id} is no channel or supergroup, which is needed here`);
		case 'InputDialogPeer':
			return { _: 'inputDialogPeer', peer: input };
		case 'InputNotifyPeer':
			return { _: 'inputNotifyPeer', peer: input };
		default:
			return input;
	}
}

function nameOf(value: Readonly<Record<string, Json>>): string | null {
	return typeof value['_'] === 'string' ? value['_'] : null;
}

function snakeCase(name: string): string {
	return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
