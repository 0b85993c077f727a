import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OP } from '../../../../src/channels/max/opcodes';
import { until } from '../../../support/manual-clock';
import { item, run } from '../support/run';
import { ANNA, BORIS, DIALOG, openReading, Scene } from '../support/scene';

/** What this client does by itself about a refusal, before anybody is told. */
let scene: Scene;
beforeEach(async () => {
	scene = await Scene.start();
});
afterEach(async () => {
	expect(scene.control.failures({})).toEqual([]);
	await scene.close();
});

const refuse = (opcode: number, error: string, count: number, message?: string, title?: string): void =>
	scene.control.setFaults({
		errors: [
			{
				opcode,
				error,
				count,
				...(message === undefined ? {} : { message }),
				...(title === undefined ? {} : { title }),
			},
		],
	});
const asked = (opcode: number): number => scene.control.requests({ opcode }).length;

/** Lets time pass until a request has its answer. */
async function settled<T>(asking: Promise<T>): Promise<T> {
	let done = false;
	const over = (): void => {
		done = true;
	};
	asking.then(over, over);
	await until(
		async () => {
			await scene.clock.advance(1_000);
			return done;
		},
		'the answer',
		400,
	);
	return asking;
}

describe.each([
	'service.unavailable',
	'service.timeout',
	'errors.event.unavailable',
	'internal',
	'session.sequence',
])('%s', (key) => {
	it('once or twice: the request is asked again, ever later', async () => {
		const { session } = await scene.openSession();
		refuse(OP.chatInfo, key, 2);
		const asking = session.request(OP.chatInfo, { chatIds: [Number(DIALOG)] });
		await until(() => asked(OP.chatInfo) === 1, 'the first try');
		expect(await settled(asking)).toMatchObject({ chats: [{ id: Number(DIALOG) }] });
		expect(asked(OP.chatInfo)).toBe(3);
	});

	it('for ever: the person is told, and what must not happen twice is not asked again', async () => {
		const { session } = await scene.openSession();
		refuse(OP.chatInfo, key, 99);
		await expect(settled(session.request(OP.chatInfo, { chatIds: [Number(DIALOG)] }))).rejects.toMatchObject({
			code: 'upstream_error',
			providerCode: key,
		});
		expect(asked(OP.chatInfo)).toBe(3);
		await expect(
			session.request(OP.chatInfo, { chatIds: [Number(DIALOG)] }, { repeat: false }),
		).rejects.toMatchObject({ providerCode: key });
		expect(asked(OP.chatInfo)).toBe(4);
	});
});

describe.each(['session.state', 'proto.state', 'proto.ver'])('%s on an open session', (key) => {
	it('runs SESSION_INIT and LOGIN anew, and the request once more', async () => {
		const { session } = await scene.openSession();
		refuse(OP.chatInfo, key, 1);
		const answer = await settled(
			session.request(OP.chatInfo, { chatIds: [Number(DIALOG)] }, { repeat: false }),
		);
		expect(answer).toMatchObject({ chats: [{ id: Number(DIALOG) }] });
		expect(session.reconnects).toBe(1);
		expect(scene.control.overlaps({})).toEqual([]);
	});

	it('again and again costs one LOGIN in ten minutes, no more', async () => {
		const { session } = await scene.openSession();
		refuse(OP.chatInfo, key, 99);
		for (let n = 0; n < 3; n += 1)
			await expect(
				settled(session.request(OP.chatInfo, { chatIds: [Number(DIALOG)] })),
			).rejects.toMatchObject({ code: 'upstream_error', providerCode: key });
		expect(session.reconnects).toBe(1);
		expect(session.state).toBe('live');
	});
});

it('a send refused in the wrong state or by a service in trouble is one message', async () => {
	const { open } = await openReading(scene);
	refuse(OP.msgSend, 'service.timeout', 1);
	const first = await settled(item(open, 'message.send', { chatId: DIALOG, text: 'once' }));
	refuse(OP.msgSend, 'session.state', 1);
	const second = await settled(item(open, 'message.send', { chatId: DIALOG, text: 'twice' }));
	const texts = scene.control.messages({ chatId: DIALOG }).map(({ text }) => text);
	expect(texts.filter((text) => text === 'once' || text === 'twice')).toEqual(['once', 'twice']);
	expect(first['message_id']).not.toBe(second['message_id']);
});

it('media that is not ready is known by the message too, whatever is said to people', async () => {
	const { open } = await openReading(scene);
	refuse(OP.msgSend, 'unknown.key', 2, 'errors.process.attachment.video.not.processed', 'Файл готовится');
	await settled(item(open, 'message.send', { chatId: DIALOG, text: 'with a file' }));
	const sends = scene.control.requests({ opcode: OP.msgSend });
	expect(
		new Set(sends.map(({ payload }) => (payload as { message: { cid: string } }).message.cid)).size,
	).toBe(1);
	expect(sends).toHaveLength(3);
});

it('too many logins while away: told at once, tried again after an hour', async () => {
	const { session, services } = await scene.openSession();
	refuse(OP.login, 'login.flood', 1);
	scene.control.cut({});
	await until(
		async () => {
			await scene.clock.advance(1_000);
			return services.states.length > 0;
		},
		'people are told',
		60,
	);
	expect(services.states).toMatchObject([{ state: 'disconnected', error: { code: 'flood_wait' } }]);
	await scene.clock.advance(3_500_000);
	expect(session.state).toBe('waiting');
	await scene.clock.advance(100_000);
	await until(() => session.state === 'live', 'it is back');
});

describe('too.many.requests', () => {
	const key = 'too.many.requests';

	it('for a request: it is not asked again before its time, which doubles; others go on', async () => {
		const { session } = await scene.openSession();
		const ask = () => session.request(OP.chatInfo, { chatIds: [Number(DIALOG)] });
		refuse(OP.chatInfo, key, 2);
		await expect(ask()).rejects.toMatchObject({
			code: 'flood_wait',
			retryAfterSeconds: 60,
			providerCode: key,
		});
		await expect(ask()).rejects.toMatchObject({ code: 'flood_wait', retryAfterSeconds: 60 });
		expect(asked(OP.chatInfo)).toBe(1);
		await session.request(OP.contactInfo, { contactIds: [Number(BORIS)] });
		await scene.clock.advance(60_000);
		await expect(ask()).rejects.toMatchObject({ code: 'flood_wait', retryAfterSeconds: 120 });
		await scene.clock.advance(119_000);
		await expect(ask()).rejects.toMatchObject({ code: 'flood_wait', retryAfterSeconds: 1 });
		expect(asked(OP.chatInfo)).toBe(2);
		await scene.clock.advance(1_000);
		await ask();
		expect(asked(OP.chatInfo)).toBe(3);
	});

	it('for a send: the next ones wait, or are told how long where nobody wants to wait', async () => {
		const { open } = await openReading(scene);
		refuse(OP.msgSend, key, 1);
		const send = (text: string, call = {}) => run(open, 'message.send', { chatId: DIALOG, text }, { call });
		await expect(send('one')).rejects.toMatchObject({ code: 'flood_wait', retryAfterSeconds: 60 });
		await expect(send('two', { budgetWaitMs: 0 })).rejects.toMatchObject({ code: 'rate_limited' });
		const waiting = send('three');
		await scene.clock.advance(55_000);
		expect(asked(OP.msgSend)).toBe(1);
		await settled(waiting);
		expect(asked(OP.msgSend)).toBe(2);
	});
});

it('words for people come along with the key', async () => {
	const { open } = await openReading(scene);
	refuse(OP.msgReaction, 'error.too-many-likes', 1, 'Too many', 'Слишком часто');
	const { messageId } = scene.control.injectMessage({ from: BORIS, to: ANNA, text: 'hm' });
	await expect(run(open, 'message.react', { chatId: DIALOG, messageId, emoji: '👍' })).rejects.toMatchObject({
		code: 'flood_wait',
		message: 'MAX asks to slow down: Слишком часто',
		retryAfterSeconds: 60,
	});
});

it('a token of another kind of connection is told as such, not as a wrong password', async () => {
	refuse(OP.login, 'login.cred', 1, 'FAIL_WRONG_PASSWORD');
	await expect(scene.openSession()).rejects.toMatchObject({
		code: 'session_ended',
		providerCode: 'login.cred',
		hint: expect.stringContaining('Device Type') as string,
	});
});

it.each([
	['error.message.send.rate.limit', 'flood_wait'],
	['errors.send-message.too-many-total-messages-to-user', 'flood_wait'],
	['error.user.blocked.send', 'permission_denied'],
	['privacy.restricted', 'permission_denied'],
	['error.phone.binding.required', 'permission_denied'],
	['user.not.found', 'user_not_found'],
	['file.not.found', 'media_expired'],
	['video.not.supported', 'media_not_supported'],
])('a send refused with %s is told as %s, with what to do', async (key, code) => {
	const { open } = await openReading(scene);
	refuse(OP.msgSend, key, 1);
	await expect(settled(item(open, 'message.send', { chatId: DIALOG, text: 'hi' }))).rejects.toMatchObject({
		code,
		providerCode: key,
		hint: expect.stringMatching(/\w/) as string,
	});
});

it('one person who has enough does not hold up the others, too much at once is asked again', async () => {
	const { open } = await openReading(scene);
	refuse(OP.msgSend, 'errors.send-message.too-many-total-messages-to-user', 1);
	await expect(settled(item(open, 'message.send', { chatId: DIALOG, text: 'one' }))).rejects.toMatchObject({
		code: 'flood_wait',
	});
	refuse(OP.msgSend, 'proto.too.many.simultaneous.requests', 1);
	await settled(item(open, 'message.send', { chatId: DIALOG, text: 'two' }));
	expect(scene.control.messages({ chatId: DIALOG }).at(-1)?.text).toBe('two');
});

it.each(['user.not.found', 'privacy.restricted', 'error.phone.wrong'])(
	'%s for a number means that nobody is found',
	async (key) => {
		const { open } = await openReading(scene);
		refuse(OP.contactInfoByPhone, key, 1);
		await expect(settled(item(open, 'contact.findByPhone', { phone: '+79990000002' }))).rejects.toMatchObject(
			{ code: 'not_on_messenger' },
		);
	},
);

it('a kind of media MAX does not take is known by the message too', async () => {
	const { open } = await openReading(scene);
	refuse(OP.msgSend, 'unknown.key', 1, 'errors.process.attachment.video.not.supported');
	await expect(settled(item(open, 'message.send', { chatId: DIALOG, text: 'hi' }))).rejects.toMatchObject({
		code: 'media_not_supported',
	});
});
