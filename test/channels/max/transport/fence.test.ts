import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { fence } from '../../../../src/channels/max/transport/fence';

const open: { end(): void }[] = [];
afterEach(() => {
	for (const one of open.splice(0)) one.end();
});

/** Both ends of a connection, and what has arrived at the far one. */
async function pair(): Promise<{ near: Socket; far: Socket; received: () => string }> {
	const server = createServer();
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	const near = connect((server.address() as AddressInfo).port, '127.0.0.1');
	const [far] = (await once(server, 'connection')) as [Socket];
	let text = '';
	far.on('data', (bytes: Buffer) => (text += bytes.toString()));
	open.push({
		end: () => {
			near.destroy();
			far.destroy();
			server.close();
		},
	});
	return { near, far, received: () => text };
}

describe('the owner check in front of a socket', () => {
	it('writes what belongs together as one piece, in its order', async () => {
		const { near, far, received } = await pair();
		let checks = 0;
		const { socket, inOneWrite } = fence(near, () => void (checks += 1));
		socket.write('before ');
		inOneWrite(() => {
			socket.write(Buffer.from('one '));
			socket.write(Buffer.from('two '));
			socket.write(Buffer.from('three '));
		});
		socket.write('after');
		socket.end();
		await once(far, 'end');
		expect(received()).toBe('before one two three after');
		expect(near.bytesWritten).toBe(received().length);
		expect(checks).toBe(3);
	});

	it('keeps the order when a write in between wants to be told of its end', async () => {
		const { near, far, received } = await pair();
		const { socket, inOneWrite } = fence(near, () => undefined);
		const told = Promise.withResolvers<void>();
		inOneWrite(() => {
			socket.write(Buffer.from('one '));
			socket.write(Buffer.from('two '), () => told.resolve());
			socket.write(Buffer.from('three'));
		});
		await told.promise;
		socket.end();
		await once(far, 'end');
		expect(received()).toBe('one two three');
	});

	it('writes nothing once the lease is gone, and writes what was gathered when the work fails', async () => {
		const { near, far, received } = await pair();
		let owner = true;
		const { socket, inOneWrite } = fence(near, () => {
			if (!owner) throw new Error('another process owns the session');
		});
		expect(() =>
			inOneWrite(() => {
				socket.write(Buffer.from('gathered'));
				throw new Error('the next frame cannot be encoded');
			}),
		).toThrow('cannot be encoded');
		await expect.poll(received).toBe('gathered');
		near.once('error', () => undefined);
		const closed = once(far, 'close');
		inOneWrite(() => {
			socket.write(Buffer.from('late'));
			owner = false;
		});
		await closed;
		expect(received()).toBe('gathered');
		expect(near.destroyed).toBe(true);
	});
});
