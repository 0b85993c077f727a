import { html } from '../html';
import type { PageState } from '../page-state';
import type { PageContext } from './layout';
import { alert, button, form, mark, marksField } from './parts';

/** Telegram wants an application of one's own; asked for where no credential and no setting of the server names one. */
export function applicationPage(context: PageContext, state: PageState) {
	const { texts } = context;
	return html`${mark('telegram')}
		<h1>${texts.applicationTitle}</h1>
		<p class="lead">
			${texts.applicationLead}
			<a href="https://my.telegram.org/apps" target="_blank" rel="noopener noreferrer"
				>${texts.openMyTelegram}</a
			>
		</p>
		${alert(texts, state.problem)}
		${form(
			context,
			state,
			'application',
			html`<label for="apiId">${texts.apiId}</label>
				<input
					id="apiId"
					name="apiId"
					inputmode="numeric"
					pattern="\\s*[0-9]{3,12}\\s*"
					required
					autocomplete="off"
					${marksField(state.problem)}
					data-focus
				/>
				<p class="hint">${texts.apiIdHint}</p>
				<label for="apiHash">${texts.apiHash}</label>
				<input
					id="apiHash"
					name="apiHash"
					pattern="\\s*[0-9a-fA-F]{32}\\s*"
					required
					autocomplete="off"
					spellcheck="false"
				/>
				<p class="hint">${texts.apiHashHint}</p>
				<button>${texts.continue}</button>`,
		)}
		${button(context, state, 'cancel', texts.cancel)}`;
}
