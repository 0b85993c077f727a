import { afterEach, beforeEach, expect } from 'vitest';
import { dhPrime } from './telegram/crypto/dh';
import { powMod, sha256, toBigInt, toBytes } from './telegram/crypto/numbers';
import { xor } from './telegram/crypto/ige';
import { pbkdf2Sync, randomBytes } from 'node:crypto';
import { startTelegramSandbox } from './telegram';
import type { TelegramSandbox, TelegramSandboxOptions } from './telegram';
import { RawClient, Refused } from './telegram/testing/client';
import type { TransportName } from './telegram/testing/client';
import { bytes, child, children, int, long, text } from './telegram/tl/value';
import type { TlObject } from './telegram/tl/value';

export const self: TlObject = { _: 'inputPeerSelf' };

/** A sandbox per test, with the clients made in it; its own mistakes fail the test. */
export function scene(options: TelegramSandboxOptions = {}) {
	let sandbox: TelegramSandbox | undefined;
	const clients: RawClient[] = [];

	beforeEach(async () => {
		sandbox = await startTelegramSandbox(options);
	});

	afterEach(async () => {
		for (const client of clients.splice(0)) client.end();
		const failures = sandbox?.control.counts().failures;
		await sandbox?.close();
		expect(failures).toEqual([]);
	});

	const here = {
		get sandbox(): TelegramSandbox {
			if (sandbox === undefined) throw new Error('no sandbox');
			return sandbox;
		},
		dc(id: number) {
			const dc = here.sandbox.dcs.find((one) => one.id === id);
			if (dc === undefined) throw new Error(`no data centre ${id}`);
			return dc;
		},
		async connect(
			dcId = 2,
			transport: TransportName = 'abridged',
			localAddress?: string,
		): Promise<RawClient> {
			const client = await RawClient.connect(here.dc(dcId), transport, localAddress);
			clients.push(client);
			return client;
		},
		/** A connection with a key of its own, not logged in. */
		async open(dcId = 2, transport: TransportName = 'abridged'): Promise<RawClient> {
			const client = await here.connect(dcId, transport);
			await client.exchange();
			return client;
		},
		/** A connection of one of the demo accounts, logged in. */
		async enter(index: 0 | 1 | 2 = 0): Promise<RawClient> {
			const client = await here.open(here.sandbox.accounts[index].dc);
			await login(client, here.sandbox, index);
			return client;
		},
		/** Another connection with the same key, as after a reconnect. */
		async again(client: RawClient, localAddress?: string): Promise<RawClient> {
			const next = await here.connect(client.dc.id, 'abridged', localAddress);
			next.key = client.key;
			return next;
		},
	};
	return here;
}

export async function sendCode(client: RawClient, phone: string): Promise<string> {
	const sent = await client.invoke({
		_: 'auth.sendCode',
		phone_number: phone,
		api_id: 1,
		api_hash: 'hash',
		settings: { _: 'codeSettings' },
	});
	return text(sent, 'phone_code_hash');
}

export async function login(
	client: RawClient,
	sandbox: TelegramSandbox,
	index: 0 | 1 | 2,
): Promise<TlObject> {
	const { phone, code, password } = sandbox.accounts[index];
	const phone_code_hash = await sendCode(client, phone);
	try {
		return await client.invoke({ _: 'auth.signIn', phone_number: phone, phone_code_hash, phone_code: code });
	} catch (error) {
		if (!(error instanceof Refused) || error.text !== 'SESSION_PASSWORD_NEEDED') throw error;
		return await enterPassword(client, password ?? '');
	}
}

/** The client's side of SRP, written from core.telegram.org/api/srp. */
export async function enterPassword(client: RawClient, password: string): Promise<TlObject> {
	const parameters = await client.invoke({ _: 'account.getPassword' });
	const algo = child(parameters, 'current_algo');
	const [salt1, salt2] = [bytes(algo, 'salt1'), bytes(algo, 'salt2')];
	const [p, g] = [toBigInt(dhPrime), 3n];
	const gBytes = toBytes(g, 256);
	const h = (data: Buffer, salt: Buffer): Buffer => sha256(salt, data, salt);
	const first = h(h(Buffer.from(password), salt1), salt2);
	const x = toBigInt(h(pbkdf2Sync(first, salt1, 100_000, 64, 'sha512'), salt2));
	const b = bytes(parameters, 'srp_B');
	const secret = toBigInt(randomBytes(256));
	const a = toBytes(powMod(g, secret, p), 256);
	const k = toBigInt(sha256(dhPrime, gBytes));
	const u = toBigInt(sha256(a, b));
	const base = (((toBigInt(b) - ((k * powMod(g, x, p)) % p)) % p) + p) % p;
	const key = sha256(toBytes(powMod(base, secret + u * x, p), 256));
	const m1 = sha256(xor(sha256(dhPrime), sha256(gBytes)), sha256(salt1), sha256(salt2), a, b, key);
	const proof = { _: 'inputCheckPasswordSRP', srp_id: long(parameters, 'srp_id'), A: a, M1: m1 };
	return client.invoke({ _: 'auth.checkPassword', password: proof });
}

/** What a refused request says. */
export async function refusal(request: Promise<unknown>): Promise<string> {
	try {
		await request;
	} catch (error) {
		if (error instanceof Refused) return `${error.code} ${error.text}`;
		throw error;
	}
	return 'accepted';
}

/** An InputPeer for a public name. */
export async function resolve(client: RawClient, username: string): Promise<TlObject> {
	const found = await client.invoke({ _: 'contacts.resolveUsername', username });
	const [user] = children(found, 'users');
	if (user !== undefined) return { _: 'inputPeerUser', user_id: user.id, access_hash: user.access_hash };
	const [chat] = children(found, 'chats');
	return { _: 'inputPeerChannel', channel_id: chat?.id, access_hash: chat?.access_hash };
}

/** InputPeers of the account's chats by title or first name. */
export async function peers(client: RawClient): Promise<ReadonlyMap<string, TlObject>> {
	const list = await client.invoke({
		_: 'messages.getDialogs',
		offset_date: 0,
		offset_id: 0,
		offset_peer: { _: 'inputPeerEmpty' },
		limit: 100,
		hash: 0n,
	});
	const users = children(list, 'users').map((user): [string, TlObject] => [
		text(user, 'first_name'),
		{ _: 'inputPeerUser', user_id: user.id, access_hash: user.access_hash },
	]);
	const chats = children(list, 'chats').map((chat): [string, TlObject] => [
		text(chat, 'title'),
		chat._ === 'chat'
			? { _: 'inputPeerChat', chat_id: chat.id }
			: { _: 'inputPeerChannel', channel_id: chat.id, access_hash: chat.access_hash },
	]);
	return new Map([...users, ...chats]);
}

export function channelOf(peer: TlObject | undefined): TlObject {
	return { _: 'inputChannel', channel_id: peer?.channel_id, access_hash: peer?.access_hash };
}

let randomId = 1_000_000n;

export function sendText(client: RawClient, peer: TlObject | undefined, message: string, more: object = {}) {
	randomId += 1n;
	return client.invoke({ _: 'messages.sendMessage', peer, message, random_id: randomId, ...more });
}

/** pts, qts, date and seq as the account has them. */
export function getState(client: RawClient): Promise<TlObject> {
	return client.invoke({ _: 'updates.getState' });
}

/** Every update pushed so far, out of whatever it came in; short messages under their own name. */
export function pushed(client: RawClient): TlObject[] {
	return client.received.flatMap(({ object }) => {
		if (object._ === 'updates' || object._ === 'updatesCombined') return children(object, 'updates');
		if (object._ === 'updateShort') return [child(object, 'update')];
		return object._.startsWith('update') ? [object] : [];
	});
}

/** Texts of the messages pushed so far, in order. */
export function texts(client: RawClient): string[] {
	return pushed(client).flatMap((update) => {
		if (update._.startsWith('updateShort')) return [text(update, 'message')];
		return /^updateNew(Channel)?Message$/.test(update._) ? [text(child(update, 'message'), 'message')] : [];
	});
}

export function idOf(updates: TlObject): number {
	if (updates._ === 'updateShortSentMessage') return int(updates, 'id');
	const named = children(updates, 'updates').find((one) => one._ === 'updateMessageID');
	return named === undefined ? 0 : int(named, 'id');
}
