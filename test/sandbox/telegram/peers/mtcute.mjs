/* eslint @typescript-eslint/ban-ts-comment: off -- the client and its types are in a folder of their own */
// @ts-nocheck
// mtcute, as it comes from the registry: everything a person does in a day, and what goes wrong in one.
import { createHash, randomBytes } from 'node:crypto';
import { anna, boris, clara, control, dataCentre, load, sandbox, say, until } from './common.mjs';

const { InputMedia, MemoryStorage, TelegramClient } = await load('@mtcute/node/index.js');
const { NodeCryptoProvider } = await load('@mtcute/node/utils.js');
const { addPublicKey } = await load('@mtcute/core/utils.js');

const crypto = new NodeCryptoProvider();
await crypto.initialize();
for (const { publicKeyPem } of sandbox.dcs) addPublicKey(crypto, publicKeyPem);

const clients = [];

/** @param {number} dc where it connects first */
function clientOf(dc, options = {}) {
	const { id, host, port } = dataCentre(dc);
	const main = { id, ipAddress: host, port };
	const client = new TelegramClient({
		apiId: sandbox.apiId,
		apiHash: sandbox.apiHash,
		storage: new MemoryStorage(),
		defaultDcs: { main, media: main },
		logLevel: Number(process.env.DEBUG ?? 0),
		updates: { catchUp: true },
		...options,
	});
	// What it sits out by itself, such as a cut line; one of its key exchanges in 256 fails and is made again.
	client.onError.add((error) => process.env.DEBUG && process.stderr.write(`${error.stack}\n`));
	clients.push(client);
	return client;
}

async function refused(work) {
	try {
		await work;
		return 'accepted';
	} catch (error) {
		return error.text.replace('%d', error.seconds);
	}
}

async function logIn(client, account) {
	return await client.start({ phone: account.phone, code: account.code, password: account.password });
}

const sha = (data) => createHash('sha256').update(data).digest('hex');

async function logins() {
	const client = clientOf(anna.dc);
	const { phoneCodeHash } = await client.sendCode({ phone: anna.phone });
	const right = { phone: anna.phone, phoneCodeHash, phoneCode: anna.code };
	say('wrong code', await refused(client.signIn({ ...right, phoneCode: '00000' })));
	say('right code', await refused(client.signIn(right)));
	say('wrong password', await refused(client.checkPassword('wrong')));
	say('right password', (await client.checkPassword(anna.password)).displayName);

	const elsewhere = clientOf(anna.dc);
	say('migrated', (await logIn(elsewhere, clara)).displayName);
	const [dc] = (await control('connections')).filter((one) => one.account === clara.id);
	say('data centre', dc?.dc);

	const qr = clientOf(anna.dc);
	const scanned = await qr.signInQr({
		onUrlUpdated: (token) => void control('scan-qr', { account: clara.id, token }),
	});
	say('qr', scanned.displayName);
	const withPassword = clientOf(anna.dc);
	const entered = await withPassword.signInQr({
		onUrlUpdated: (token) => void control('scan-qr', { account: anna.id, token }),
		password: anna.password,
	});
	say('qr with password', entered.displayName);
	say('logged out', (await elsewhere.logOut()) !== undefined);
	say('after it', await refused(elsewhere.getMe()));
	return client;
}

async function everyday() {
	const me = clientOf(anna.dc);
	await logIn(me, anna);
	const seen = { messages: [], edited: [], deleted: [] };
	me.onNewMessage.add((message) => void (message.isOutgoing || seen.messages.push(message.text)));
	me.onEditMessage.add((message) => void (message.isOutgoing || seen.edited.push(message.text)));
	me.onDeleteMessage.add(({ messageIds }) => void seen.deleted.push(...messageIds));

	const dialogs = [];
	for await (const dialog of me.iterDialogs()) dialogs.push(dialog.peer.displayName);
	say('dialogs', dialogs.sort());

	const sent = await me.sendText('boris_sandbox', 'hello from mtcute');
	const reply = await me.replyText(sent, 'and more');
	const [written] = await me.getMessages('boris_sandbox', reply.id);
	say('reply', written.replyToMessage.id === sent.id);
	say('edit', (await me.editMessage({ message: sent, text: 'edited' })).text);
	await me.sendReaction({ message: sent, emoji: '👍' });
	const [again] = await me.getMessages('boris_sandbox', sent.id);
	say(
		'reaction',
		again.reactions.reactions.map((one) => one.emoji),
	);
	const history = await me.getHistory('boris_sandbox', { limit: 10 });
	say(
		'history',
		history.map((one) => one.text),
	);
	const found = await me.searchMessages({ chatId: 'boris_sandbox', query: 'more' });
	say(
		'search',
		found.map((one) => one.text),
	);
	const everywhere = await me.searchGlobal({ query: 'edited' });
	say(
		'search everywhere',
		everywhere.map((one) => one.text),
	);
	await me.pinMessage({ message: reply, notify: false });
	const pinned = await me.searchMessages({
		chatId: 'boris_sandbox',
		filter: { _: 'inputMessagesFilterPinned' },
	});
	say(
		'pinned',
		pinned.map((one) => one.text),
	);
	await me.deleteMessagesById('boris_sandbox', [reply.id]);
	say('gone', (await me.getMessages('boris_sandbox', reply.id))[0]);

	// What others do, live, in each kind of chat.
	for (const to of ['@anna_sandbox', sandbox.groupId, sandbox.supergroupId])
		await control('inject-message', { from: '@boris_sandbox', to, text: `to ${to}` });
	const short = await control('inject-message', { from: boris.id, to: '@anna_sandbox', text: 'short' });
	const place = { owner: '@boris_sandbox', peer: '@anna_sandbox' };
	await control('edit', { ...place, id: short.ids[boris.id], text: 'changed' });
	await control('remove', { ...place, ids: [short.ids[boris.id]] });
	await until(() => seen.messages.length >= 4 && seen.edited.length > 0 && seen.deleted.length > 0);
	say('received', seen.messages.sort());
	say('edited', seen.edited);
	say('deleted', seen.deleted.length);
	await me.readHistory('boris_sandbox');
	const [peer] = await me.getPeerDialogs('boris_sandbox');
	say('unread', peer.unreadCount);

	const data = randomBytes(3 * 1024 * 1024 + 17);
	const progress = [];
	const file = await me.sendMedia('boris_sandbox', InputMedia.document(data, { fileName: 'big.bin' }), {
		progressCallback: (done) => progress.push(done),
	});
	say('uploaded', progress.at(-1) === data.length);
	say('file', { name: file.media.fileName, size: file.media.fileSize });
	say('downloaded', sha(await me.downloadAsBuffer(file.media)) === sha(data));
	const album = await me.sendMediaGroup('boris_sandbox', [
		InputMedia.document(Buffer.from('one'), { fileName: '1.txt' }),
		InputMedia.document(Buffer.from('two'), { fileName: '2.txt' }),
	]);
	say('album', new Set(album.map((one) => String(one.groupedId))).size === 1 && album.length);

	const group = await me.createSupergroup({ title: 'Hall', description: 'about' });
	await me.addChatMembers(group, ['boris_sandbox'], {});
	const members = await me.getChatMembers(group);
	say('members', members.map((one) => one.user.displayName).sort());
	const link = await me.createInviteLink(group);
	say('link', /^https:\/\/t\.me\/\+/.test(link.link));
	await me.sendText(group, 'first');
	await me.setTyping({ peerId: group });
	const poll = await me.sendMedia(group, InputMedia.poll({ question: 'Tea?', answers: ['yes', 'no'] }));
	say('votes', (await me.sendVote({ message: poll, options: [0] })).voters);
	await me.sendText('me', 'later', { schedule: new Date(Date.now() + 3_600_000) });
	say(
		'scheduled',
		(await me.getAllScheduledMessages('me')).map((one) => one.text),
	);

	// A flood wait that is short is sat out, one that is long is told.
	await control('flood-wait', { method: 'messages.sendMessage', account: anna.id, seconds: 1 });
	say('after a short wait', (await me.sendText('boris_sandbox', 'patient')).text);
	await control('flood-wait', { method: 'messages.sendMessage', account: anna.id, seconds: 3600 });
	say('a long wait', await refused(me.sendText('boris_sandbox', 'impatient')));
}

/** The line is cut and messages arrive meanwhile; a push is lost; the same session as a new process. */
async function recovery() {
	const me = clientOf(anna.dc);
	await logIn(me, anna);
	const got = [];
	me.onNewMessage.add((message) => void (message.isOutgoing || got.push(message.text)));
	for await (const dialog of me.iterDialogs()) void dialog;
	await control('inject-message', { from: boris.id, to: sandbox.supergroupId, text: 'before' });
	await until(() => got.length >= 1);

	await control('set-policy', { differenceLimit: 3 });
	await control('stop-listening');
	for (let number = 0; number < 8; number++)
		await control('inject-message', { from: boris.id, to: '@anna_sandbox', text: `cut ${number}` });
	for (let number = 0; number < 3; number++)
		await control('inject-message', { from: boris.id, to: sandbox.supergroupId, text: `team ${number}` });
	await control('start-listening');
	await until(() => got.length >= 12);
	say('after the cut', got.slice(1).sort());
	got.length = 0;

	await control('inject-message', { from: boris.id, to: '@anna_sandbox', text: 'hole', tell: false });
	await control('inject-message', { from: boris.id, to: '@anna_sandbox', text: 'after the hole' });
	await until(() => got.length >= 2);
	say('over the hole', got.sort());

	// Its own idea of a session goes to a second process, as people do when they move a bot.
	const session = await me.exportSession();
	await me.destroy();
	const again = clientOf(anna.dc);
	await again.importSession(session);
	say('same session', (await again.getMe()).displayName);
	await control('end-sessions', { account: anna.id });
	say('ended', await refused(again.sendText('me', 'still there?')));
}

await { logins, everyday, recovery }[process.argv[2]]();
await Promise.all(clients.map((client) => client.destroy()));
