import type { RequestContext, Session } from '../session/session';

/** On whose behalf the API is called: an authorised session and the own user id of every messenger path. */
export interface Caller {
	session: Session;
	userId: string;
}

export type { RequestContext };

/** Every page of Avito's messenger has at most this many entries … */
export const PAGE = 100;
/** … and begins at most here: nothing beyond 1,100 can be reached (OpenAPI: `offset` 0…1000). */
export const MAX_OFFSET = 1000;
export const CEILING = MAX_OFFSET + PAGE;

/** `/messenger/<version>/accounts/<user id>/<rest>`; chat ids contain `~` and `_`. */
export function messengerPath(caller: Caller, version: 'v1' | 'v2' | 'v3', rest: string): string {
	return `/messenger/${version}/accounts/${caller.userId}/${rest}`;
}

export function segment(id: string): string {
	return encodeURIComponent(id);
}
