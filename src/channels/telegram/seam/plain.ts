import { isTlObject, type TlObject, type TlValue } from '../tl';
import { library } from './library';

export const LAYER = library.tl.LAYER;

/** Does the library know this method? For raw requests. */
export function knowsMethod(name: string): boolean {
	return classOf(name)?.classType === 'request';
}

/** Does the library know this constructor? Newer layers have other shapes for the same thing. */
export function knowsType(name: string): boolean {
	return classOf(name) !== undefined;
}

/** The library's 64-bit number. */
interface BigInteger {
	toString(): string;
}

/** A request object of the library. */
interface Request {
	_coerceArgs(): void;
	resolve(): Promise<void>;
}

interface TlClass {
	new (args: Record<string, unknown>): object;
	classType?: string;
}

function classOf(tag: string): TlClass | undefined {
	const parts = tag.split('.');
	const last = parts.pop() ?? '';
	const name = last.charAt(0).toUpperCase() + last.slice(1);
	const space =
		parts.length === 0 ? library.Api : (library.Api as unknown as Record<string, object>)[parts[0] ?? ''];
	return (space as Record<string, TlClass> | undefined)?.[name];
}

/** A request object of the library. @throws Error for a name this layer does not have */
export function toRequest(request: TlObject): Request {
	const made = fromPlain(request) as Request;
	// References are resolved above the seam; the library's own resolving knows fewer forms and asks the network.
	made.resolve = () => Promise.resolve();
	// The library knows sends by this name and makes each wait for the one queued before it (`invokeAfterMsg`), whatever
	// the chat: after a reconnect, or when that one is refused, all that follow fail with MSG_WAIT_FAILED.
	Object.defineProperty(made, 'className', { value: request._ });
	return made;
}

/** @throws Error for a name this layer does not have */
export function fromPlain(value: TlValue): unknown {
	if (Array.isArray(value)) return value.map((entry: TlValue) => fromPlain(entry));
	if (!isTlObject(value)) return value;
	const found = classOf(value._);
	if (found === undefined) throw new Error(`Telegram's layer ${String(LAYER)} has no ${value._}`);
	const args: Record<string, unknown> = {};
	for (const [name, field] of Object.entries(value)) {
		if (name !== '_' && field !== undefined && field !== null) args[camelCase(name)] = fromPlain(field);
	}
	return new found(args);
}

/** Anything of the library as plain TL. */
export function toPlain(value: unknown): TlValue {
	if (value === null || value === undefined) return null;
	if (typeof value !== 'object')
		return typeof value === 'bigint' ? String(value) : (value as string | number | boolean);
	if (Buffer.isBuffer(value)) return value;
	if (Array.isArray(value)) return value.map(toPlain);
	const { className, originalArgs } = value as { className?: string; originalArgs?: Record<string, unknown> };
	// What is no TL object here is one of the library's big integers.
	if (className === undefined) return (value as BigInteger).toString();
	const plain: Record<string, TlValue> & { _: string } = { _: tagOf(className) };
	for (const [name, field] of Object.entries(originalArgs ?? value)) {
		if (field === null || field === undefined || field === false || SKIPPED.has(name)) continue;
		plain[snakeCase(name)] = toPlain(field);
	}
	return plain;
}

const SKIPPED = new Set(['flags', 'flags2']);
const tags = new Map<string, string>();
const snakes = new Map<string, string>();

export function tagOf(className: string): string {
	const known = tags.get(className);
	if (known !== undefined) return known;
	const at = className.lastIndexOf('.') + 1;
	const tag = className.slice(0, at) + className.charAt(at).toLowerCase() + className.slice(at + 1);
	tags.set(className, tag);
	return tag;
}

export function snakeCase(name: string): string {
	const known = snakes.get(name);
	if (known !== undefined) return known;
	const snake = name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
	snakes.set(name, snake);
	return snake;
}

function camelCase(name: string): string {
	if (!name.includes('_')) return name;
	return name.replaceAll(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}
