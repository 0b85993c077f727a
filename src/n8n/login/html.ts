import { escapeHtml } from '../wait/page';

/** Text that is HTML already, because `html` made it. */
export class Html {
	readonly text: string;

	constructor(text: string) {
		this.text = text;
	}
}

type Part = string | number | Html | null | false | readonly (Html | null | false)[];

/** A piece of a page. Every value is escaped unless it is a piece itself; null and false leave nothing. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
	return new Html(
		strings.map((text, at) => text + (at < parts.length ? render(parts[at] ?? null) : '')).join(''),
	);
}

function render(part: Part): string {
	if (part === null || part === false) return '';
	if (part instanceof Html) return part.text;
	if (typeof part === 'object') return part.map(render).join('');
	return escapeHtml(String(part));
}
