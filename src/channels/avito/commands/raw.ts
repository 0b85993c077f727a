import { z } from '#lib/zod';
import { invalidParameter, type Json } from '../../../contract';
import type { AvitoAccount } from '../account';
import { ITEM_BUCKET, ITEMS_BUCKET } from '../api/items';
import type { ApiRequest } from '../session/session';
import { command, postOnce, requestContext } from './shared';

const scalar = z.union([z.string(), z.number(), z.boolean()]);
type Scalar = z.output<typeof scalar>;

/** Spends money or writes to people who have not written first: refused unless the credential allows dangerous calls. */
const DANGEROUS = [
	/\/vas(?:_packages)?\/?$/,
	/^\/(?:cpxpromo|trx-promo|autostrategy|auction|promotion|special-offers)\//,
	/^\/order-management\/.*\/applyTransition/,
];

/**
 * Any method and path of the API with our token, budget and, for GET, retry. `{user_id}` in the path is replaced.
 * Anything but GET happens at most once: a repeat after an unclear end is refused, since nobody can look it up.
 */
export const rawRequest = command({
	permission: 'account',
	effect: 'send',
	classify: ({ method }) =>
		method === 'GET' ? { permission: 'read', effect: 'read' } : { permission: 'account', effect: 'send' },
	input: z.strictObject({
		method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']).default('GET'),
		path: z.string().trim().min(1, 'is missing'),
		query: z.record(z.string(), z.union([scalar, z.array(scalar), z.null()])).optional(),
		body: z.json().optional(),
	}),
	dangerous: ({ method, path }) =>
		method !== 'GET' && DANGEROUS.some((pattern) => pattern.test(path.split('?')[0] ?? '')),
	async run(account, input, context) {
		const path = resolvePath(account, input.path);
		const request: ApiRequest = {
			method: input.method,
			path,
			repeatable: input.method === 'GET',
			...(input.query === undefined ? {} : { query: flatten(input.query) }),
			...(input.body === undefined ? {} : { json: input.body }),
			...bucketOf(path),
		};
		const answer =
			input.method === 'GET'
				? await account.session.request(request, requestContext(context))
				: await postOnce(context, (once) => account.session.request(request, once));
		return { items: [asItem(answer)] };
	},
});

/** @throws ChannelError `invalid_parameter` for an address on another host: the token must not go there */
function resolvePath(account: AvitoAccount, path: string): string {
	const filled = path.replaceAll(/\{user_?id\}/gi, account.userId);
	const base = account.settings.endpoint;
	const url = URL.parse(filled, base);
	if (url === null || url.origin !== base) {
		throw invalidParameter(
			'path',
			'must be a path of the API, such as /core/v1/accounts/self',
			'Other hosts are refused: the token belongs to Avito.',
		);
	}
	return `${url.pathname}${url.search}`;
}

function flatten(query: Record<string, Scalar | Scalar[] | null>): NonNullable<ApiRequest['query']> {
	return Object.fromEntries(
		Object.entries(query).map(([name, value]) => [
			name,
			Array.isArray(value) ? value.join(',') : (value ?? undefined),
		]),
	);
}

function bucketOf(path: string): { bucket?: string } {
	if (/^\/core\/v1\/items(?:\?|$)/.test(path)) return { bucket: ITEMS_BUCKET };
	if (/^\/core\/v1\/accounts\/\d+\/items\/\d+\/?(?:\?|$)/.test(path)) return { bucket: ITEM_BUCKET };
	return {};
}

/** An object is the item itself, so that expressions read as in Avito's documents; anything else is wrapped. */
function asItem({ status, json, text }: { status: number; json: Json | undefined; text: string }) {
	if (typeof json === 'object' && json !== null && !Array.isArray(json)) return json;
	return { status, body: json ?? (text === '' ? null : text) };
}
