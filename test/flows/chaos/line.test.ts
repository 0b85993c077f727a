import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { seededRandom } from '../../support/manual-clock';
import { Line } from './line';

/** Many enough that two timers of neighbours fire the other way round where each piece has its own. */
const PIECES = 3_000;

it('a line that is made slow and mended brings every piece in its order', async () => {
	const random = seededRandom(1);
	let received = '';
	const complete = Promise.withResolvers<void>();
	const server = createServer((socket) => {
		socket.setEncoding('utf8').on('data', (text: string) => {
			received += text;
			if (received.split('\n').length > PIECES) complete.resolve();
		});
	});
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	const line = await Line.to((server.address() as AddressInfo).port, (piece) => piece);
	const socket = connect(line.port, '127.0.0.1').setNoDelay(true);
	onTestFinished(async () => {
		socket.destroy();
		await line.close();
		server.close();
	});
	await once(socket, 'connect');
	for (let n = 0; n < PIECES; n += 1) {
		line.delayMs = random.next() * 3;
		socket.write(`${n}\n`);
		await nextTurn();
	}
	await complete.promise;
	expect(received.trim().split('\n').map(Number)).toEqual(Array.from({ length: PIECES }, (_, n) => n));
});
