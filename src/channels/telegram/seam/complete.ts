import { isTlObject, type TlObject, type TlValue } from '../tl';
import { fieldsOf, type FieldType } from './fields';
import { fromPlain } from './plain';

/** A request that a person wrote is not one of this layer. The message names what is wrong. */
export class RequestProblem extends Error {}

/**
 * A request as a person wrote it, with its random ids: the library would make others for every try, and a repeat would be
 * a second message.
 * @param randomId the next one, where a request wants one and has none
 * @throws RequestProblem for an unknown constructor or field, and for what cannot be written as this layer wants it
 */
export function completeRequest(request: TlObject, randomId: () => string): TlObject {
	const complete = completed(request, randomId);
	try {
		(fromPlain(complete) as { getBytes(): Buffer }).getBytes();
	} catch (error) {
		throw new RequestProblem((error as Error).message);
	}
	return complete;
}

function completed({ _: tag, ...given }: TlObject, randomId: () => string): TlObject {
	const fields = fieldsOf(tag);
	if (fields === null) throw new RequestProblem(`Telegram's layer has no ${tag}`);
	const unknown = Object.keys(given).filter((name) => !fields.has(name));
	if (unknown.length > 0) {
		const names = fields.size === 0 ? 'no fields' : `the fields ${[...fields.keys()].join(', ')}`;
		throw new RequestProblem(`${tag} has no ${unknown.join(', ')}; it has ${names}`);
	}
	const entries = Object.entries(given).map(
		([name, value]) => [name, ofType(value, fields.get(name), `${tag}.${name}`, randomId)] as const,
	);
	const wanted = given['random_id'] === undefined ? fields.get('random_id') : undefined;
	const messages = Array.isArray(given['id']) ? given['id'] : [];
	return {
		...Object.fromEntries(entries),
		...(wanted === undefined
			? {}
			: { random_id: wanted.vector ? messages.map(() => randomId()) : randomId() }),
		_: tag,
	};
}

/** The library writes whatever it is given, a word in the place of a number as 0. */
function ofType(
	value: TlValue,
	wanted: FieldType | undefined,
	place: string,
	randomId: () => string,
): TlValue {
	if (wanted === undefined || value === null || value === undefined) return value;
	const refuse = (what: string): never => {
		throw new RequestProblem(`${place} must be ${what}`);
	};
	if (wanted.vector) {
		if (!Array.isArray(value)) return refuse('a list');
		const one = { ...wanted, vector: false };
		return value.map((entry: TlValue) => ofType(entry, one, place, randomId));
	}
	switch (wanted.type) {
		case 'int':
		case 'double': {
			const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
			const fits = wanted.type === 'int' ? Number.isInteger(number) : Number.isFinite(number);
			return fits ? number : refuse('a number');
		}
		case 'long':
			if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
			return typeof value === 'string' && /^-?\d+$/.test(value)
				? value
				: refuse('a whole number, as a text of digits');
		case 'string':
			return typeof value === 'string' ? value : refuse('a text');
		case 'bytes':
			return Buffer.isBuffer(value) ? value : refuse('bytes, as {"$base64": "…"}');
		case 'true':
		case 'Bool':
			return typeof value === 'boolean' ? value : refuse('true or false');
		default:
			return isTlObject(value)
				? completed(value, randomId)
				: refuse(`an object of type ${wanted.type}, with its constructor in "_"`);
	}
}
