import { html } from '../html';
import type { PageState } from '../page-state';
import type { PageContext } from './layout';
import { alert, button, form, mark, marksField } from './parts';

/** Telegram wants the account to have an address for login codes before it lets anybody in. */
export function emailPage(context: PageContext, state: PageState) {
	const { texts } = context;
	const { messenger, problem, typed } = state;
	return html`${mark(messenger)}
		<h1>${texts.emailTitle}</h1>
		<p class="lead">${texts.emailLead}</p>
		${alert(texts, problem)}
		${form(
			context,
			state,
			'email',
			html`<label for="email">${texts.email}</label>
				<input
					id="email"
					name="email"
					type="email"
					inputmode="email"
					autocomplete="email"
					required
					maxlength="254"
					value="${typed.email ?? ''}"
					${marksField(problem?.topic === 'invalid_email' ? problem : null)}
					data-focus
				/>
				<p class="hint">${texts.emailHint}</p>
				<button>${texts.sendCode}</button>`,
		)}
		${button(context, state, 'way', texts.otherNumber, 'phone')}
		${button(context, state, 'cancel', texts.cancel)}`;
}
