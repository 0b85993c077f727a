import { children, int, type TlObject } from './tl';

/**
 * Is nothing left behind this page of `messages.Messages`? Fewer messages than asked for do not say so: a server may leave
 * some out, or give less at once. Only the full list says it, by its name or by its `count`
 * (core.telegram.org/constructor/messages.messages), or a page with nothing in it.
 * @param size as many were asked for
 */
export function isLastPage(page: TlObject, size: number): boolean {
	const { length } = children(page, 'messages');
	if (length === 0) return true;
	if (length >= size) return false;
	return page._ === 'messages.messages' || length >= (int(page, 'count') ?? Infinity);
}
