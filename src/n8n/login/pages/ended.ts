import { html } from '../html';
import type { PageState } from '../page-state';
import type { Texts } from '../texts';
import type { Page, PageContext } from './layout';
import { button, form, sign, wait } from './parts';
import type { Problem } from '../problem';

type Ending = 'gone' | 'cancelled' | 'refused' | 'busy';

/** Nothing can be done here any more but to begin anew at the address itself. */
export function endedPage({ texts, home }: PageContext, ending: Ending): Page {
	const [title, lead, further] = words(texts, ending);
	return {
		view: ending,
		theme: '',
		validForSeconds: null,
		main: html`${sign(false)}
			<h1>${title}</h1>
			<p class="lead">${lead}</p>
			${further !== null && html`<p class="lead">${further}</p>`}
			<a class="button" href="${home}">${texts.startAgain}</a>`,
	};
}

function words(texts: Texts, ending: Ending): [string, string, string | null] {
	switch (ending) {
		case 'gone':
			return [texts.goneTitle, texts.goneLead, texts.cookiesLead];
		case 'cancelled':
			return [texts.cancelledTitle, texts.cancelledLead, null];
		case 'refused':
			return [texts.refusedTitle, texts.refusedLead, null];
		case 'busy': {
			const [title = '', lead = ''] = texts.problems.too_many;
			return [title, lead, null];
		}
	}
}

/** The messenger has said no; what is left are the other way and another try. */
export function stoppedPage(context: PageContext, state: PageState, problem: Problem) {
	const { texts } = context;
	const [title = '', advice = ''] = texts.problems[problem.topic];
	const other = state.ways.find((way) => way !== state.way);
	return html`${sign(false)}
		<h1>${title}</h1>
		<p class="lead" role="alert">${advice}${wait(texts, problem)}</p>
		${form(context, state, 'way', html`<button name="value" value="${state.way}">${texts.startAgain}</button>`)}
		${other !== undefined && button(context, state, 'way', other === 'qr' ? texts.useQr : texts.usePhone, other)}
		${button(context, state, 'cancel', texts.cancel)}`;
}
