/* eslint @typescript-eslint/ban-ts-comment: off -- the client and its types are in a folder of their own */
// @ts-nocheck
// @mtproto/core, as it comes from the registry: a client of layer 158 without any comfort, so every request is the
// API's own. It speaks obfuscated intermediate, answers 2FA itself, and leaves differences to whoever uses it.
import { createHash, randomBytes } from 'node:crypto';
import { anna, boris, clara, control, load, sandbox, say, until } from './common.mjs';

const { default: MTProto } = await load('@mtproto/core/envs/node/index.js');

function memory() {
	const values = new Map();
	return { get: async (key) => values.get(key), set: async (key, value) => void values.set(key, value) };
}

function clientOf() {
	const client = new MTProto({
		api_id: sandbox.apiId,
		api_hash: sandbox.apiHash,
		storageOptions: { instance: memory() },
	});
	client.dcList = sandbox.dcs.map(({ id, host, port }) => ({ id, ip: host, port }));
	const keys = sandbox.dcs.map(({ fingerprint, modulus }) => [
		BigInt.asUintN(64, BigInt(fingerprint)).toString(16),
		{ modulus, exponent: '010001' },
	]);
	client.crypto.rsa.getPublisKeysByHex = async () => Object.fromEntries(keys);
	return client;
}

async function refused(work) {
	try {
		await work;
		return 'accepted';
	} catch (error) {
		return error.error_message ?? String(error);
	}
}

async function sendCode(client, { phone }) {
	const request = { phone_number: phone, settings: { _: 'codeSettings' } };
	try {
		return await client.call('auth.sendCode', request);
	} catch (error) {
		const [, dc] = /^PHONE_MIGRATE_(\d+)$/.exec(error.error_message) ?? [];
		if (dc === undefined) throw error;
		await client.setDefaultDc(Number(dc));
		return await client.call('auth.sendCode', request);
	}
}

async function checkPassword(client, password) {
	const { srp_id, current_algo, srp_B } = await client.call('account.getPassword');
	const { g, p, salt1, salt2 } = current_algo;
	const { A, M1 } = await client.crypto.getSRPParams({ g, p, salt1, salt2, gB: srp_B, password });
	return await client.call('auth.checkPassword', {
		password: { _: 'inputCheckPasswordSRP', srp_id, A, M1 },
	});
}

/** It drops zero bytes at the beginning of what it computes, so one right password in a hundred is refused. */
async function checkRightPassword(client, password) {
	for (let tries = 1; ; tries++) {
		try {
			return await checkPassword(client, password);
		} catch (error) {
			if (error.error_message !== 'PASSWORD_HASH_INVALID' || tries === 4) throw error;
		}
	}
}

const me = clientOf();
const { phone_code_hash } = await sendCode(me, anna);
const signIn = { phone_number: anna.phone, phone_code_hash, phone_code: anna.code };
say('wrong code', await refused(me.call('auth.signIn', { ...signIn, phone_code: '00000' })));
say('right code', await refused(me.call('auth.signIn', signIn)));
say('wrong password', await refused(checkPassword(me, 'wrong')));
say('right password', (await checkRightPassword(me, anna.password)).user.first_name);

const elsewhere = clientOf();
const code = await sendCode(elsewhere, clara);
const entered = await elsewhere.call('auth.signIn', {
	phone_number: clara.phone,
	phone_code_hash: code.phone_code_hash,
	phone_code: clara.code,
});
say('migrated', entered.user.first_name);

const got = [];
me.updates.on('updateShortMessage', (update) => got.push(update.message));
me.updates.on('updates', ({ updates }) =>
	got.push(...updates.map((one) => one.message?.message).filter((text) => text !== undefined)),
);

const { users, dialogs } = await me.call('messages.getDialogs', {
	offset_peer: { _: 'inputPeerEmpty' },
	limit: 20,
});
say('dialogs', dialogs.length);
const { access_hash } = users.find((user) => String(user.id) === boris.id);
const peer = { _: 'inputPeerUser', user_id: boris.id, access_hash };
const random = () => BigInt.asIntN(64, randomBytes(8).readBigInt64LE()).toString();
const history = async () => {
	const { messages } = await me.call('messages.getHistory', { peer, limit: 5 });
	return messages;
};

const sent = await me.call('messages.sendMessage', { peer, message: 'hello', random_id: random() });
await me.call('messages.editMessage', { peer, id: sent.id, message: 'edited' });
await me.call('messages.sendReaction', {
	peer,
	msg_id: sent.id,
	reaction: [{ _: 'reactionEmoji', emoticon: '👍' }],
});
const [last] = await history();
say('history', last.message);
say(
	'reaction',
	last.reactions.results.map((one) => one.reaction.emoticon),
);
const found = await me.call('messages.search', {
	peer,
	q: 'edited',
	filter: { _: 'inputMessagesFilterEmpty' },
	min_date: 0,
	max_date: 0,
	limit: 10,
	hash: 0,
});
say(
	'search',
	found.messages.map((one) => one.message),
);

for (const to of ['@anna_sandbox', sandbox.supergroupId])
	await control('inject-message', { from: boris.id, to, text: `to ${to}` });
await until(() => got.length >= 2);
say('received', got.splice(0).sort());
await me.call('messages.readHistory', { peer, max_id: 0 });
const again = await me.call('messages.getPeerDialogs', { peers: [{ _: 'inputDialogPeer', peer }] });
say('unread', again.dialogs[0].unread_count);

const data = randomBytes(1_300_000);
const part = 512 * 1024;
const parts = Math.ceil(data.length / part);
const file_id = random();
for (let number = 0; number < parts; number++)
	await me.call('upload.saveFilePart', {
		file_id,
		file_part: number,
		bytes: data.subarray(number * part, (number + 1) * part),
	});
await me.call('messages.sendMedia', {
	peer,
	media: {
		_: 'inputMediaUploadedDocument',
		file: { _: 'inputFile', id: file_id, parts, name: 'big.bin', md5_checksum: '' },
		mime_type: 'application/octet-stream',
		attributes: [{ _: 'documentAttributeFilename', file_name: 'big.bin' }],
	},
	message: 'a file',
	random_id: random(),
});
const [withFile] = await history();
const { document } = withFile.media;
const back = [];
for (let offset = 0; offset < document.size; offset += part) {
	const location = {
		_: 'inputDocumentFileLocation',
		id: document.id,
		access_hash: document.access_hash,
		file_reference: document.file_reference,
		thumb_size: '',
	};
	const { bytes } = await me.call('upload.getFile', { location, offset, limit: part });
	back.push(Buffer.from(bytes));
}
const sha = (bytes) => createHash('sha256').update(bytes).digest('hex');
say('file', sha(Buffer.concat(back)) === sha(data));
await me.call('messages.deleteMessages', { id: [sent.id], revoke: true });
say(
	'gone',
	(await history()).every((one) => one.id !== sent.id),
);

// A cut: it connects again by itself and asks for nothing, so its user does.
const { pts, date, qts } = await me.call('updates.getState');
await control('stop-listening');
for (let number = 0; number < 3; number++)
	await control('inject-message', { from: boris.id, to: '@anna_sandbox', text: `cut ${number}` });
await control('start-listening');
const difference = await me.call('updates.getDifference', { pts, date, qts });
say(
	'difference',
	difference.new_messages.map((one) => one.message),
);

await control('flood-wait', { method: 'messages.sendMessage', account: anna.id, seconds: 42 });
say(
	'flood wait',
	await refused(me.call('messages.sendMessage', { peer, message: 'x', random_id: random() })),
);
const { authorizations } = await me.call('account.getAuthorizations');
say('sessions', authorizations.length);
say('logged out', (await me.call('auth.logOut'))._);
say('after it', await refused(me.call('updates.getState')));
// It has no way to be closed.
process.exit(0);
