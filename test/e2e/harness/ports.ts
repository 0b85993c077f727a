import { createServer } from 'node:net';

/**
 * Below the ephemeral range of the usual systems: an outgoing connection of somebody else cannot take the port
 * between n8n's stop and its restart on the same port.
 */
const LOWEST = 12_000;
const HIGHEST = 32_000;

/** Whether nobody listens on the port at 127.0.0.1. */
export async function isPortFree(port: number): Promise<boolean> {
	return await new Promise((resolve) => {
		const server = createServer();
		server.once('error', () => resolve(false));
		server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)));
	});
}

/** A port that is free now and likely to be free at a restart. */
export async function freePort(): Promise<number> {
	for (let attempt = 0; attempt < 50; attempt++) {
		const port = LOWEST + Math.floor(Math.random() * (HIGHEST - LOWEST));
		if (await isPortFree(port)) return port;
	}
	throw new Error(`no free port between ${LOWEST} and ${HIGHEST}`);
}
