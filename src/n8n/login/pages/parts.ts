import type { Messenger } from '../../../login';
import { html, Html } from '../html';
import type { PageState } from '../page-state';
import type { Problem } from '../problem';
import { duration, type Texts } from '../texts';
import type { PageContext } from './layout';

/** Pieces that several pages share. */

const MARKS: Readonly<Record<Messenger, string>> = {
	max: '<svg class="mark" viewBox="0 0 60 60" fill="none" aria-hidden="true"><rect width="60" height="60" rx="15" fill="#5b3fd6"/><path d="M19 39V22l11 10 11-10v17" stroke="#fff" stroke-width="5.5" stroke-linecap="round" stroke-linejoin="round"/></svg>',
	telegram:
		'<svg class="mark" viewBox="0 0 60 60" fill="none" aria-hidden="true"><rect width="60" height="60" rx="15" fill="#1f8ac9"/><path d="M44.500 17.500 14.800 29.100c-1.300.5-1.300 2.300.1 2.700l7.300 2.300 2.800 8.600c.4 1.200 1.900 1.500 2.700.6l4.100-4.200 7.400 5.400c.9.7 2.200.2 2.400-.9l4.900-24.200c.2-1.300-1-2.300-2-1.900Z" fill="#fff"/><path d="m22.600 33.800 14.800-9-10.900 11.300-.6 5.300" stroke="#1f8ac9" stroke-width="2" stroke-linejoin="round"/></svg>',
};

export function mark(messenger: Messenger): Html {
	return new Html(MARKS[messenger]);
}

export const NAMES: Readonly<Record<Messenger, string>> = { max: 'MAX', telegram: 'Telegram' };

/** A form that comes back to this page. */
export function form(
	{ address }: PageContext,
	{ formKey }: Pick<PageState, 'formKey'>,
	action: string,
	content: Html,
): Html {
	return html`<form method="post" action="${address}" autocomplete="off">
		<input type="hidden" name="form" value="${formKey}" /><input
			type="hidden"
			name="action"
			value="${action}"
		/>${content}
	</form>`;
}

/** A form of one button. */
export function button(
	context: PageContext,
	state: Pick<PageState, 'formKey'>,
	action: string,
	label: string,
	value?: string,
): Html {
	return form(
		context,
		state,
		action,
		html`<button
			class="${action === 'cancel' ? 'quiet away' : 'quiet'}"
			${value === undefined ? null : html`name="value" value="${value}"`}
		>
			${label}
		</button>`,
	);
}

/** What went wrong, above the form it happened in. */
export function alert(texts: Texts, problem: Problem | null): Html | null {
	if (problem === null) return null;
	const [title = '', advice = ''] = texts.problems[problem.topic];
	return html`<div class="note bad" role="alert" id="problem">
		<b>${title}.</b> ${advice}${wait(texts, problem)}
	</div>`;
}

/** Counts down where the script runs; says it once where it does not. */
export function wait(texts: Texts, { seconds }: Problem): Html | null {
	if (seconds === null || seconds <= 0) return null;
	return html` <span data-seconds="${seconds}" data-counting="${texts.waitFor('{}')}" data-after=""
		>${texts.waitFor(duration(texts, seconds))}</span
	>`;
}

/** For a field that the alert is about. */
export function marksField(problem: Problem | null): Html | null {
	return problem === null ? null : html`aria-invalid="true" aria-describedby="problem"`;
}

const TICK =
	'<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2.5" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path d="m5 12.500 4.500 4.500L19 7.500"/></svg>';
const CROSS =
	'<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2.5" stroke-linecap="round" aria-hidden="true"><path d="M12 6.500v7.500M12 17.800v.1"/></svg>';

export function sign(good: boolean): Html {
	return html`<div class="${good ? 'tick' : 'tick bad'}">${new Html(good ? TICK : CROSS)}</div>`;
}
