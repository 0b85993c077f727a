import type { Channel, Clock, Logger } from '../contract';
import { traced } from './tracing';

export interface ProviderRequest {
	channel: Channel;
	/** what is asked, without anything secret: a method and path, an opcode, a method of the API */
	request: string;
	logger: Logger;
	clock: Clock;
}

/** One request to a provider: a line in the debug log and, where tracing is switched on, a span. */
export async function providerRequest<T>(about: ProviderRequest, work: () => Promise<T>): Promise<T> {
	const { channel, request, logger, clock } = about;
	const began = clock.monotonic();
	const ms = (): number => Math.round(clock.monotonic() - began);
	try {
		const answer = await traced(`${channel} request`, { 'messenger.request': request }, work, 'client');
		logger.debug(`${channel}: request`, { request, ms: ms(), outcome: 'answered' });
		return answer;
	} catch (error) {
		logger.debug(`${channel}: request`, { request, ms: ms(), outcome: outcomeOf(error) });
		throw error;
	}
}

function outcomeOf(error: unknown): string {
	const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
	return typeof code === 'string' ? code : 'failed';
}
