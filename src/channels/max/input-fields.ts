import { z } from '#lib/zod';

/** Ids are decimal; n8n hands them over as numbers where they are small. */
export const idField = z
	.union([z.string().trim(), z.number().int()])
	.transform(String)
	.pipe(z.string().regex(/^\d{1,20}$/, 'must be a number'));
/** Groups and channels are negative, 0 is Saved messages. */
export const chatIdField = z
	.union([z.string().trim(), z.number().int()])
	.transform(String)
	.pipe(z.string().regex(/^-?\d{1,20}$/, 'must be the number of a chat'));
export const idsField = z.union([z.array(idField).min(1), idField.transform((one) => [one])]);
/** With country code; a Russian 8 at the beginning is taken as +7. */
export const phoneField = z
	.union([z.string(), z.number()])
	.transform((value) =>
		String(value)
			.replace(/[^\d]/g, '')
			.replace(/^8(?=\d{10}$)/, '7'),
	)
	.pipe(z.string().regex(/^\d{7,15}$/, 'must be a phone number with country code'))
	.transform((digits) => `+${digits}`);
/** absent = all */
export const limitField = z.number().int().min(1).optional();
export const textField = z.string().refine((value) => value.trim() !== '', 'is empty');
/** How much of a provider's object comes along: `simplify: false` and `includeRaw` both add it as `raw`. */
export const detailFields = { simplify: z.boolean().default(true), includeRaw: z.boolean().default(false) };
export function wantsRaw({ simplify, includeRaw }: { simplify: boolean; includeRaw: boolean }): boolean {
	return includeRaw || !simplify;
}
/** ISO 8601, unix seconds or milliseconds → ms */
export const timeField = z
	.union([z.string().trim().min(1, 'is missing'), z.number()])
	.transform((value) => {
		const number = Number(value);
		// Ten digits are seconds until the year 2286, thirteen are milliseconds.
		return Number.isFinite(number) ? (number < 1e11 ? number * 1000 : number) : Date.parse(String(value));
	})
	.pipe(z.number('is not a time').min(0));
/** A public name, or the address of a person, group or channel. */
export const linkField = z
	.string()
	.trim()
	.min(1, 'is missing')
	.transform((value) =>
		/^https?:\/\//i.test(value) ? value : `https://max.ru/${value.replace(/^@|^max\.ru\//i, '')}`,
	)
	.pipe(z.url({ hostname: /(^|\.)max\.ru$/, error: 'must be an address of max.ru' }));
