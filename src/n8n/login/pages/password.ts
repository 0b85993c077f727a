import type { PasswordWanted } from '../../../login';
import { html } from '../html';
import type { PageState } from '../page-state';
import type { PageContext } from './layout';
import { alert, button, form, mark, marksField } from './parts';

export function passwordPage(context: PageContext, state: PageState, { hint }: PasswordWanted) {
	const { texts } = context;
	const { messenger, problem } = state;
	return html`${mark(messenger)}
		<h1>${texts.passwordTitle}</h1>
		<p class="lead">${texts.passwordLead[messenger]}</p>
		${alert(texts, problem)}
		${form(
			context,
			state,
			'password',
			html`<label for="password">${texts.password}</label>
				<div class="with-button">
					<input
						id="password"
						name="password"
						type="password"
						autocomplete="current-password"
						required
						maxlength="200"
						${marksField(problem)}
						data-focus
					/><button
						type="button"
						class="small"
						aria-controls="password"
						aria-pressed="false"
						data-reveal
						data-script
						hidden
					>
						${texts.show}
					</button>
				</div>
				${hint !== null && html`<p class="hint">${texts.passwordHint(hint)}</p>`}
				<button>${texts.checkCode}</button>`,
		)}
		${button(context, state, 'cancel', texts.cancel)}`;
}
