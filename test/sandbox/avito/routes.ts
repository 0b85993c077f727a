import { accountOperations, tokenRoute } from './operations/account';
import { chatOperations } from './operations/chats';
import { itemOperations } from './operations/items';
import { mediaOperations, mediaRoutes } from './operations/media';
import { ratingOperations } from './operations/ratings';
import { sendOperations } from './operations/send';
import { webhookOperations } from './operations/webhooks';
import type { OpenRoute, Operation } from './operation';

/** Everything the sandbox answers. A path or method that is not here does not exist, as at the real gateway. */
export const routes: ReadonlyArray<Operation | OpenRoute> = [
	tokenRoute,
	...accountOperations,
	...chatOperations,
	...sendOperations,
	...mediaOperations,
	...webhookOperations,
	...itemOperations,
	...ratingOperations,
	...mediaRoutes,
];

/** Parameters that are numbers: anything else in their place is another path (`/accounts/self/balance/`: 404). */
const numeric = new Set(['{user_id}', '{item_id}', '{answer_id}']);

interface Compiled {
	readonly route: Operation | OpenRoute;
	readonly segments: readonly string[];
	readonly slash: boolean;
}

const compiled: readonly Compiled[] = routes.map((route) => ({
	route,
	segments: route.path.split('/').filter((segment) => segment !== ''),
	slash: route.path.endsWith('/'),
}));

function paramsOf(
	pattern: readonly string[],
	segments: readonly string[],
): Record<string, string> | undefined {
	if (pattern.length !== segments.length) return undefined;
	const params: Record<string, string> = {};
	for (const [i, part] of pattern.entries()) {
		const segment = segments[i] ?? '';
		if (!part.startsWith('{')) {
			if (part !== segment) return undefined;
			continue;
		}
		if (segment === '' || (numeric.has(part) && !/^\d+$/.test(segment))) return undefined;
		params[part.slice(1, -1)] = segment;
	}
	return params;
}

export interface Match {
	readonly route: Operation | OpenRoute;
	readonly params: Readonly<Record<string, string>>;
}

/**
 * Finds the route of a request. A literal path wins over one with a parameter in its place
 * (`…/messages/image` over `…/messages/{message_id}`) because it stands first in the table.
 */
export function matchRoute(method: string, path: string, slashes: 'strict' | 'lenient'): Match | undefined {
	const slash = path.length > 1 && path.endsWith('/');
	let segments: string[];
	try {
		segments = path
			.slice(1, slash ? -1 : undefined)
			.split('/')
			.map(decodeURIComponent);
	} catch {
		return undefined;
	}
	for (const { route, segments: pattern, slash: wanted } of compiled) {
		if (route.method !== method) continue;
		if (slash !== wanted && slashes === 'strict' && route.eitherSlash !== true) continue;
		const params = paramsOf(pattern, segments);
		if (params !== undefined) return { route, params };
	}
	return undefined;
}
