import { downloadOperation, type Operation } from '../../../../src/n8n';

/** With what Telegram offers beside: the preview instead of the file. */
export const download: Operation = {
	...downloadOperation,
	properties: downloadOperation.properties.map((field) =>
		field.name === 'mediaRef'
			? { ...field, description: 'The field media of a message, or one reference out of it' }
			: field,
	),
	options: [
		...(downloadOperation.options ?? []),
		{
			displayName: 'Preview Only',
			name: 'thumbnail',
			type: 'boolean',
			default: false,
			description: 'Whether to download the small picture Telegram keeps of the file instead of the file',
		},
	],
	toCommand: async (...given) => {
		const [{ options }] = given;
		const made = await downloadOperation.toCommand(...given);
		const thumbnail = options.boolean('thumbnail');
		return [made]
			.flat()
			.flatMap((call) => ('input' in call ? [call] : []))
			.sort((a, b) => asSent(a.input['ref'], b.input['ref']))
			.map(({ maxBytes, ...call }) => ({
				...call,
				// Telegram's size is known before the first byte.
				input: { ...call.input, ...(maxBytes === undefined ? {} : { maxBytes }), thumbnail },
			}));
	},
};

/** A message lists its pictures, films and files apart; the parts of an album are numbered as they were sent. */
function asSent(...refs: readonly unknown[]): number {
	const [a, b] = refs.map((ref) => (typeof ref === 'string' ? /^(.*):(\d+)$/.exec(ref) : null));
	return a?.[1] === b?.[1] ? Number(a?.[2] ?? 0) - Number(b?.[2] ?? 0) : 0;
}
