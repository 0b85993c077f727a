import { ChannelError } from '../../../contract';
import { exchange, type ExchangeOptions, type HttpAnswer, type HttpRequest } from './exchange';

const MAX_HOPS = 3;

/**
 * An exchange that goes where Avito says, within its own origin: the token must not reach another one. 307 and 308 mean the
 * same request again, 301 and 302 so for a GET alone; any other redirect would change what was asked and is an error.
 * @throws ChannelError like `exchange`; `unexpected_answer` naming the address it was sent to
 */
export async function exchangeFollowing(request: HttpRequest, options: ExchangeOptions): Promise<HttpAnswer> {
	let { path } = request;
	for (let hop = 0; ; hop += 1) {
		const answer = await exchange({ ...request, path }, options);
		const { location } = answer.headers;
		if (answer.status < 300 || answer.status >= 400 || typeof location !== 'string') return answer;
		const target = URL.parse(location, new URL(path, options.origin).href);
		const same = target?.origin === new URL(options.origin).origin;
		const unchanged = answer.status >= 307 || (answer.status <= 302 && request.method === 'GET');
		if (target === null || !same || !unchanged || hop === MAX_HOPS)
			throw sentElsewhere(answer.status, target);
		path = `${target.pathname}${target.search}`;
	}
}

function sentElsewhere(status: number, target: URL | null): ChannelError {
	const where = target === null ? 'nowhere' : `${target.origin}${target.pathname}`;
	return new ChannelError('unexpected_answer', `Avito sends the request elsewhere (${status}): ${where}`, {
		channel: 'avito',
		providerCode: String(status),
		hint: 'Check the endpoint and the token path in the credential.',
	});
}
