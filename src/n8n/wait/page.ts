import { createHash } from 'node:crypto';
import type { AnswerRule } from './answer';

const STYLE =
	'body{font:16px/1.5 system-ui,sans-serif;max-width:34rem;margin:3rem auto;padding:0 1rem}p{white-space:pre-wrap}' +
	'textarea{width:100%;min-height:8rem;font:inherit}button{font:inherit;padding:.5rem 1rem;margin:1rem .5rem 0 0}';

/** Pages run on n8n's own origin and n8n gives them no policy of its own: nothing but this style and a form is allowed. */
export const PAGE_HEADERS: Readonly<Record<string, string>> = {
	'content-type': 'text/html; charset=utf-8',
	'content-security-policy': `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
	'x-content-type-options': 'nosniff',
	'referrer-policy': 'no-referrer',
	'cache-control': 'no-store',
};

/** The question with a form. A GET changes nothing: messengers fetch every address they see to preview it. */
export function questionPage(
	question: string,
	rule: AnswerRule,
	labels: { approve: string; decline: string },
): string {
	const fields =
		rule.type === 'freeText'
			? '<textarea name="text" required maxlength="10000"></textarea><button type="submit">Send</button>'
			: [
					`<button name="answer" value="approve">${escapeHtml(labels.approve)}</button>`,
					rule.decline.length > 0
						? `<button name="answer" value="decline">${escapeHtml(labels.decline)}</button>`
						: '',
				].join('');
	// No action: the form goes to this very address, its signature included.
	return page(`<p>${escapeHtml(question)}</p><form method="post">${fields}</form>`);
}

export function thanksPage(): string {
	return page('<p>Got it, thanks. This page can be closed now.</p>');
}

function page(body: string): string {
	return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="robots" content="noindex"><title>Response</title><style>${STYLE}</style></head><body>${body}</body></html>`;
}

const ENTITIES: Readonly<Record<string, string>> = {
	'&': '&amp;',
	'<': '&lt;',
	'>': '&gt;',
	'"': '&quot;',
	"'": '&#39;',
};

export function escapeHtml(text: string): string {
	return text.replace(/[&<>"']/g, (sign) => ENTITIES[sign] ?? sign);
}
