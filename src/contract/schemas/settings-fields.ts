import { z } from '#lib/zod';

/** A text field; n8n stores an unset one as '', null or nothing, and a pasted key may carry spaces. */
export const fieldText = z
	.union([z.string(), z.number(), z.null()])
	.transform((value) => (value === null ? '' : String(value).trim()));

/** A number field, also when it was stored as text; empty means the default. */
export function numberField(fallback: number, min: number, max: number) {
	return z
		.union([z.number(), z.string(), z.null(), z.undefined()])
		.transform((value) => (value === null || value === undefined || value === '' ? fallback : Number(value)))
		.pipe(z.number('must be a number').min(min).max(max));
}

/** A list, or text with commas or line breaks between the entries. */
export const listField = z
	.union([z.array(z.union([z.string(), z.number()])), z.string()])
	.transform((value) => (typeof value === 'string' ? value.split(/[\s,;]+/) : value.map(String)))
	.transform((values) => values.map((value) => value.trim()).filter((value) => value !== ''));
