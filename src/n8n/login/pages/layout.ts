import { createHash } from 'node:crypto';
import { html, Html } from '../html';
import { SCRIPT } from '../script';
import { STYLE } from '../style';
import { duration, TEXTS, type Language, type Texts } from '../texts';

/** What every page is drawn with. */
export interface PageContext {
	texts: Texts;
	language: Language;
	/** the page's own address, relative: its query with the login's token */
	address: string;
	/** where a login begins, in the same language, relative */
	home: string;
	/** ms since 1970 */
	now: number;
}

/** A page before its frame: what the script puts in place of the former one. */
export interface Page {
	/** names the kind of page: a new one gets the focus */
	view: string;
	/** colours of the messenger, or '' */
	theme: string;
	main: Html;
	/** seconds until the link ends; null = there is none any more */
	validForSeconds: number | null;
}

/** Made by hand: the policy names exactly the text between the tags. */
const STYLE_TAG = new Html(`<style>${STYLE}</style>`);
const SCRIPT_TAG = new Html(`<script>${SCRIPT}</script>`);

const hashOf = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/**
 * Pages run on n8n's own origin and n8n gives them no policy of its own: nothing but this style, this script, forms and
 * requests to the page's own address is allowed, and nobody may frame it.
 */
export const LOGIN_HEADERS: Readonly<Record<string, string>> = {
	'content-security-policy':
		`default-src 'none'; style-src ${hashOf(STYLE)}; script-src ${hashOf(SCRIPT)}; connect-src 'self'; ` +
		"form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
	'x-content-type-options': 'nosniff',
	'x-frame-options': 'DENY',
	'referrer-policy': 'no-referrer',
	'cross-origin-opener-policy': 'same-origin',
	'cross-origin-resource-policy': 'same-origin',
	'permissions-policy': 'camera=(), microphone=(), geolocation=()',
	'x-robots-tag': 'noindex',
	'cache-control': 'no-store',
};

export function document({ view, theme, main, validForSeconds }: Page, context: PageContext): string {
	const { texts, language, address } = context;
	const other = language === 'en' ? 'ru' : 'en';
	const page = html`<!doctype html>
		<html lang="${language}">
			<head>
				<meta charset="utf-8" />
				<meta name="viewport" content="width=device-width,initial-scale=1" />
				<meta name="robots" content="noindex" />
				<meta name="color-scheme" content="light dark" />
				<title>${texts.title}</title>
				${STYLE_TAG}
			</head>
			<body
				class="${theme}"
				data-working="${texts.working}"
				data-offline="${texts.offline}"
				data-show="${texts.show}"
				data-hide="${texts.hide}"
				data-copy="${texts.copy}"
				data-copied="${texts.copied}"
				data-copyfailed="${texts.copyFailed}"
			>
				<div class="card">
					<main id="page" tabindex="-1" data-view="${view}" data-key="${keyOf(main)}">${main}</main>
				</div>
				<footer>
					<p>${texts.safety}</p>
					${validForSeconds !== null && html`<p id="valid">${validity(texts, validForSeconds)}</p>`}
					<a href="${withLanguage(address, other)}" lang="${other}" hreflang="${other}"
						>${TEXTS[language].language}</a
					>
				</footer>
				<p id="live" class="sr" role="status" aria-live="polite"></p>
				${SCRIPT_TAG}
			</body>
		</html>`;
	return page.text;
}

/** How long the link is good for, in whole minutes: nobody has to hurry by the second. */
export function validity(texts: Texts, seconds: number): string {
	return texts.expiresIn(duration(texts, Math.max(60, Math.ceil(seconds / 60) * 60)));
}

/** Tells the script whether the page is still the same. */
export function keyOf(main: Html): string {
	return createHash('sha256').update(main.text).digest('base64url').slice(0, 16);
}

export function withLanguage(address: string, language: Language): string {
	const query = new URLSearchParams(address.replace(/^\?/, ''));
	query.set('lang', language);
	return `?${query.toString()}`;
}
