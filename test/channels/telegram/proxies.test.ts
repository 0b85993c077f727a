import { connect, createServer, type AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { telegramDriver } from '../../../src/channels/telegram';
import { startBench, testServices, type Bench } from './fixture';

async function openThrough(bench: Bench, proxyUrl: string) {
	const config = telegramDriver.configure({ ...bench.credential, proxyUrl });
	const opened = await telegramDriver.open(config, testServices(bench.clock), new AbortController().signal);
	onTestFinished(() => opened.close());
	return opened;
}

it('SOCKS5 with a password carries the connection', async () => {
	const seen: string[] = [];
	const proxy = createServer((client) => {
		let step = 0;
		client.on('error', () => undefined);
		client.on('data', function handle(data: Buffer) {
			step += 1;
			if (step === 1) return void client.write(Buffer.from([5, 2]));
			if (step === 2) {
				const length = data.readUInt8(1);
				seen.push(`${data.toString('latin1', 2, 2 + length)} ${data.toString('latin1', 3 + length)}`);
				return void client.write(Buffer.from([1, 0]));
			}
			client.removeListener('data', handle);
			const port = data.readUInt16BE(8);
			seen.push(`${[...data.subarray(4, 8)].join('.')}:${String(port)}`);
			const upstream = connect(port, '127.0.0.1', () => {
				client.write(Buffer.from([5, 0, 0, 1, 127, 0, 0, 1, 0, 0]));
				client.pipe(upstream).pipe(client);
			});
			upstream.on('error', () => client.destroy());
			client.on('close', () => upstream.destroy());
		});
	});
	await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
	onTestFinished(() => void proxy.close());
	const bench = await startBench();
	const port = String((proxy.address() as AddressInfo).port);
	const account = await openThrough(bench, `socks5://me:secret@127.0.0.1:${port}`);
	expect(account.profile.name).toBe('Boris');
	expect(seen).toEqual(['me secret', `127.0.0.1:${String(bench.sandbox.dcs[1]?.port)}`]);
});

it('MTProxy carries the connection: the data centre is never connected to', async () => {
	const bench = await startBench();
	const { host, port, secret } = bench.sandbox.proxy;
	const url = `tg://proxy?server=${host}&port=${String(port)}&secret=${secret}`;
	const before = bench.sandbox.control.connections({}).length;
	const account = await openThrough(bench, url);
	expect(account.profile.name).toBe('Boris');
	const made = bench.sandbox.control.connections({}).slice(before);
	expect(made.length).toBeGreaterThan(0);
	expect(made.every(({ transport }) => /obfuscated/.test(transport ?? ''))).toBe(true);
});
