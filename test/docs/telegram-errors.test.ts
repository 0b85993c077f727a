import { expect, it } from 'vitest';
import { telegramError } from '../../src/channels/telegram/errors';
import { RpcFailure } from '../../src/channels/telegram/seam';
import { document, section } from './markdown';

it("what Telegram says is known to the code under the same name, with the page's code", () => {
	const rows = section(document('docs/telegram.md').text, "What Telegram's errors become")
		.split('\n')
		.map((line) => line.split('|'))
		.filter(([, , code]) => /`\w+`/.test(code ?? ''));
	const checked = rows.flatMap(([, names = '', code = '']) =>
		[...names.matchAll(/`([A-Z][A-Z0-9_]+)`/g)].map(([, name = '']) => ({
			name,
			code: code.replaceAll(/[` ]/g, ''),
		})),
	);
	expect(checked.length).toBeGreaterThan(50);
	for (const { name, code } of checked) {
		const failure = new RpcFailure(/_WAIT_\d/.test(name) ? 420 : 400, name, 'messages.sendMessage');
		expect({ name, code: telegramError(failure).code }).toEqual({ name, code });
	}
});
