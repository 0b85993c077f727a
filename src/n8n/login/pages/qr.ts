import { html } from '../html';
import type { PageState } from '../page-state';
import { qrSvg } from '../qr-svg';
import type { PageContext } from './layout';
import { alert, button, form, mark } from './parts';

/** ms between two looks: MAX names 5 s, Telegram is fine with 2–3 */
const POLL_MS = { max: 3_000, telegram: 2_500 } as const;

/** The first look brings the picture. */
const FIRST_MS = 100;

/** The picture; the script asks by itself whether it was scanned, without it the page reloads. */
export async function qrPage(context: PageContext, state: PageState) {
	const { texts } = context;
	const { messenger, step, ways, problem } = state;
	const picture = step?.kind === 'qr' ? await qrSvg(step.link) : null;
	return html`${mark(messenger)}
		<h1>${texts.qrTitle[messenger]}</h1>
		${alert(texts, problem)}
		${
			picture === null
				? html`<div class="qr loading"><span>${texts.qrLoading}</span></div>`
				: html`<div class="qr" role="img" aria-label="${texts.qrLabel}">${picture}</div>`
		}
		${picture !== null && html`<p class="status"><span class="pulse"></span><span data-waiting>${texts.qrWaiting}</span></p>`}
		<ol>
			${texts.qrSteps[messenger].map((each) => html`<li>${each}</li>`)}
		</ol>
		<form
			method="post"
			action="${context.address}"
			data-poll="${state.askedAt === 0 ? FIRST_MS : POLL_MS[messenger]}"
			hidden
		>
			<input type="hidden" name="form" value="${state.formKey}" /><input
				type="hidden"
				name="action"
				value="poll"
			/>
		</form>
		<noscript>${form(context, state, 'poll', html`<button>${texts.continue}</button>`)}</noscript>
		${ways.includes('phone') && button(context, state, 'way', texts.usePhone, 'phone')}
		${button(context, state, 'cancel', texts.cancel)}`;
}
