import { countries } from '../countries';
import { html } from '../html';
import type { PageState } from '../page-state';
import type { PageContext } from './layout';
import { alert, button, form, mark, marksField } from './parts';

/** The country chooses the calling code; a number typed with its own `+` chooses the country. */
export function phonePage(context: PageContext, state: PageState, doubtful: boolean) {
	const { texts, language } = context;
	const { messenger, ways, typed, problem } = state;
	const options = countries(language).map(
		({ iso, code, name, format }) =>
			html`<option
				value="${iso}"
				data-code="${code}"
				data-format="${format}"
				${iso === 'RU' || iso === 'US' ? html`data-first` : null}
				${iso === typed.country ? html`selected` : null}
			>
				${name} +${code}
			</option>`,
	);
	return html`${mark(messenger)}
		<h1>${texts.phoneTitle[messenger]}</h1>
		<p class="lead">${texts.phoneLead[messenger]}</p>
		${alert(texts, problem)}
		${doubtful && problem === null && html`<div class="note">${texts.phoneDoubt}</div>`}
		${form(
			context,
			state,
			'phone',
			html`<label for="country">${texts.country}</label>
				<select id="country" class="spaced" name="country" autocomplete="country">
					${options}
				</select>
				<label for="phone">${texts.phone}</label>
				<input
					id="phone"
					name="phone"
					type="tel"
					inputmode="tel"
					autocomplete="tel"
					required
					maxlength="24"
					value="${typed.phone}"
					${marksField(problem?.topic === 'invalid_phone' ? problem : null)}
					data-focus
				/>
				<button>${texts.sendCode}</button>`,
		)}
		${ways.includes('qr') && button(context, state, 'way', texts.useQr, 'qr')}
		${button(context, state, 'cancel', texts.cancel)}`;
}
