import { spawn } from 'node:child_process';
import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { int } from './telegram/tl/value';
import { RawClient } from './telegram/testing/client';
import { getState, refusal, scene, self, sendText, texts } from './telegram.support';

describe('faults', () => {
	const here = scene();

	it('flood waits, 500s and other errors, so many times, for one method and account', async () => {
		const [boris, clara] = [await here.enter(1), await here.enter(2)];
		const { control } = here.sandbox;
		control.floodWait({ method: 'messages.sendMessage', account: '1000002', seconds: 33, count: 2 });
		expect(await refusal(sendText(boris, self, 'a'))).toBe('420 FLOOD_WAIT_33');
		expect(await refusal(sendText(clara, self, 'a'))).toBe('accepted');
		expect(await refusal(getState(boris))).toBe('accepted');
		expect(await refusal(sendText(boris, self, 'b'))).toBe('420 FLOOD_WAIT_33');
		expect(await refusal(sendText(boris, self, 'c'))).toBe('accepted');
		control.setFaults({ errors: [{ code: 500, message: 'INTERDC_2_CALL_ERROR', count: 1 }] });
		expect(await refusal(getState(boris))).toBe('500 INTERDC_2_CALL_ERROR');
		control.setFaults({
			errors: [{ method: 'messages.sendMessage', code: -503, message: 'Timeout', count: 1, after: true }],
		});
		expect(await refusal(sendText(boris, self, 'carried out'))).toBe('-503 Timeout');
		const own = control.messages({ owner: '1000002', peer: '1000002' });
		expect(own.map((one) => one.text)).toEqual(['c', 'carried out']);
	});

	it('answers that never come, and connections cut before and inside them', async () => {
		const { control } = here.sandbox;
		const client = await here.enter(1);
		control.setFaults({ dropAnswers: [{ method: 'messages.sendMessage', count: 1 }] });
		const lost = client.send(
			RawClient.request({ _: 'messages.sendMessage', peer: self, message: 'lost answer', random_id: 5n }),
		);
		await getState(client);
		expect(client.received.some((one) => one.object.req_msg_id === lost)).toBe(false);
		expect(
			await refusal(
				client.invoke({ _: 'messages.sendMessage', peer: self, message: 'lost answer', random_id: 5n }),
			),
		).toBe('500 RANDOM_ID_DUPLICATE');
		control.setFaults({ cutBeforeAnswer: [{ method: 'updates.getState', count: 1 }] });
		await expect(getState(client)).rejects.toThrow('ended');
		const second = await here.again(client);
		control.setFaults({ cutInAnswer: [{ method: 'help.getConfig', count: 1 }] });
		await expect(second.invoke({ _: 'help.getConfig' })).rejects.toThrow('ended');
		const third = await here.again(client);
		expect(await refusal(getState(third))).toBe('accepted');
	});

	it('silent and half-open connections stay open', async () => {
		const { control } = here.sandbox;
		const client = await here.enter(1);
		control.setFaults({ silent: true });
		client.send(
			RawClient.request({ _: 'messages.sendMessage', peer: self, message: 'heard', random_id: 6n }),
		);
		const other = here.sandbox.control;
		for (let i = 0; i < 1000 && other.messages({ owner: '1000002', peer: '1000002' }).length === 0; i++) {
			await new Promise((resolve) => setImmediate(resolve));
		}
		expect(client.ended).toBe(false);
		expect(client.received.filter((one) => one.object._ === 'rpc_result')).toHaveLength(2);
		control.clearFaults();
		expect(await refusal(getState(client))).toBe('accepted');
		control.setFaults({ halfOpen: true, accounts: ['1000002'] });
		client.send(
			RawClient.request({ _: 'messages.sendMessage', peer: self, message: 'unheard', random_id: 7n }),
		);
		const stranger = await here.open();
		expect(await stranger.invoke({ _: 'help.getNearestDc' })).toMatchObject({ this_dc: 2 });
		expect(control.messages({ owner: '1000002', peer: '1000002' }).map((one) => one.text)).toEqual(['heard']);
		expect(client.ended).toBe(false);
	});

	it('RST, FIN, refusal, and the same port again', async () => {
		const { control } = here.sandbox;
		const client = await here.enter(1);
		expect(control.cutConnections({ account: '1000002', rst: false })).toEqual({ cut: 1 });
		expect(await client.refusal()).toBe('ended');
		const port = here.dc(2).port;
		const again = await here.again(client);
		await control.stopListening();
		expect(await again.refusal()).toBe('ended');
		await expect(here.connect()).rejects.toThrow('ECONNREFUSED');
		await control.startListening();
		expect(here.dc(2).port).toBe(port);
		const third = await here.again(client);
		expect(await refusal(getState(third))).toBe('accepted');
		await control.restart();
		const fourth = await here.again(client);
		expect(await refusal(getState(fourth))).toBe('accepted');
		expect(control.counts().codesSent).toBe(1);
	});

	it('late packets, small pieces, packets that end it all', async () => {
		const { control } = here.sandbox;
		const client = await here.enter(1);
		control.setFaults({ splitBytes: 3 });
		expect(await client.invoke({ _: 'help.getConfig' })).toMatchObject({ this_dc: 2 });
		control.clearFaults();
		control.setFaults({ delayMs: 60_000 });
		const waiting = client.invoke({ _: 'help.getNearestDc' });
		const sent = (): boolean =>
			control.requests({ method: 'help.getNearestDc' }).some((one) => one.outcome === 'ok');
		while (!sent()) await new Promise((resolve) => setImmediate(resolve));
		await new Promise((resolve) => setImmediate(resolve));
		control.advanceClock({ ms: 60_000 });
		expect(await waiting).toMatchObject({ this_dc: 2 });
		control.clearFaults();
		control.setFaults({ cutAfterPackets: 1 });
		client.send(RawClient.request({ _: 'help.getConfig' }));
		expect(await client.refusal()).toBe('ended');
	});

	it('transport errors and spoiled salts', async () => {
		const { control } = here.sandbox;
		const client = await here.enter(1);
		control.setFaults({ badSalts: 1 });
		expect(await refusal(getState(client))).toBe('accepted');
		expect(control.counts().badMessages['48']).toBe(1);
		control.setFaults({ transportErrors: { code: -429, count: 1 } });
		client.send(RawClient.request({ _: 'help.getConfig' }));
		expect(await client.refusal()).toBe(-429);
	});

	it('a server whose clock is off refuses and tells its time', async () => {
		const client = await here.enter(1);
		here.sandbox.control.setFaults({ skewMs: 3_600_000 });
		client.send(RawClient.request({ _: 'updates.getState' }));
		const { object, msgId } = await client.next('bad_msg_notification');
		expect(int(object, 'error_code')).toBe(16);
		client.timeOffsetS = Number(msgId >> 32n) - Math.floor(Date.now() / 1000);
		expect(Math.abs(client.timeOffsetS - 3600)).toBeLessThan(60);
		expect(await refusal(getState(client))).toBe('accepted');
	});

	it('held output leaves as one container, an error in its middle', async () => {
		const { control } = here.sandbox;
		const client = await here.enter(1);
		await getState(client);
		client.received.length = 0;
		control.setFaults({ hold: true });
		control.injectMessage({ from: '@anna_sandbox', to: '@boris_sandbox', text: 'before' });
		const refused = client.send(
			RawClient.request({ _: 'contacts.resolveUsername', username: 'nobody_here' }),
		);
		const asked = (): boolean =>
			control.requests({ method: 'contacts.resolveUsername' }).some((one) => one.outcome !== 'pending');
		while (!asked()) await new Promise((resolve) => setImmediate(resolve));
		control.injectMessage({ from: '@anna_sandbox', to: '@boris_sandbox', text: 'after' });
		control.setFaults({ hold: false });
		await client.until(() => (texts(client).length === 2 ? true : undefined));
		const order = client.received.filter((one) => one.object._ !== 'msgs_ack');
		expect(order.map((one) => one.object._)).toEqual([
			'updateShortMessage',
			'rpc_result',
			'updateShortMessage',
		]);
		expect(order.every((one) => one.inContainer)).toBe(true);
		await expect(client.answerTo(refused)).rejects.toThrow('USERNAME_NOT_OCCUPIED');
	});

	it('garbage on the wire ends its connection only', async () => {
		const client = await here.enter(1);
		const socket = connect(here.dc(2).port, here.dc(2).host);
		await new Promise((resolve) => socket.on('connect', resolve));
		const ended = new Promise((resolve) => socket.on('close', resolve));
		socket.on('error', () => undefined);
		socket.write(Buffer.concat([Buffer.alloc(4, 0xee), Buffer.from('ffffff7f', 'hex')]));
		await ended;
		expect(await refusal(getState(client))).toBe('accepted');
	});
});

describe('control plane', () => {
	const here = scene();

	it('the same commands over HTTP', async () => {
		const { controlAddress, accounts } = here.sandbox;
		const list = (await (await fetch(`${controlAddress}/_control`)).json()) as object;
		expect(Object.keys(list).length).toBeGreaterThan(40);
		const post = (name: string, body: object) =>
			fetch(`${controlAddress}/_control/${name}`, { method: 'POST', body: JSON.stringify(body) });
		const client = await here.enter(1);
		await getState(client);
		const answer = await post('inject-message', {
			from: '@anna_sandbox',
			to: accounts[1].id,
			text: 'over HTTP',
		});
		expect(await answer.json()).toMatchObject({
			text: 'over HTTP',
			ids: { [accounts[1].id]: expect.any(Number) as number },
		});
		await client.until(() => (texts(client).includes('over HTTP') ? true : undefined));
		expect((await post('inject-message', { from: '@nobody' })).status).toBe(400);
		const state = await (await fetch(`${controlAddress}/_control/state?account=${accounts[1].id}`)).json();
		expect(state).toMatchObject({ channels: [{ id: '-1000002000001' }, { id: '-1000002000002' }] });
	});

	it('bulk: numbered messages over many chats, in order in each', async () => {
		const { control } = here.sandbox;
		const injected = control.injectMany({ to: '@boris_sandbox', chats: 20, count: 2000, tell: false });
		expect(injected).toHaveLength(2000);
		const peer = injected[0]?.ids['30000001'] === undefined ? '' : '30000001';
		const texts_ = control.messages({ owner: '@boris_sandbox', peer }).map((one) => one.text);
		expect(texts_).toHaveLength(100);
		expect(texts_.slice(0, 3)).toEqual(['#1', '#21', '#41']);
		expect(control.state({ account: '@boris_sandbox' }).messages).toBeGreaterThan(2000);
	});

	it('started from the command line it prints one JSON object, then words', async () => {
		const child = spawn('node', [
			'--conditions=source',
			'--import',
			'tsx',
			'test/sandbox/cli.ts',
			'telegram',
			'--port',
			'0',
		]);
		let out = '';
		await new Promise<void>((resolve) => {
			child.stdout.on('data', (data: Buffer) => {
				out += data.toString();
				if (out.includes('All commands')) resolve();
			});
		});
		child.kill('SIGTERM');
		const [first = '', ...rest] = out.split('\n');
		expect(JSON.parse(first)).toMatchObject({
			sandbox: 'telegram',
			dcs: [
				{ id: 1 },
				{ id: 2, publicKeyPem: expect.stringContaining('BEGIN RSA PUBLIC KEY') as string },
				{ id: 3 },
			],
			accounts: [{ code: '22222', password: 'correct-horse' }, { code: '22222' }, { code: '11111' }],
			control: expect.stringContaining('/_control') as string,
		});
		expect(rest.join('\n')).toContain('2FA password: correct-horse');
		await new Promise((resolve) => child.on('close', resolve));
	});
});
