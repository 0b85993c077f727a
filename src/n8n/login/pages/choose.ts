import type { Messenger } from '../../../login';
import { html } from '../html';
import type { Problem } from '../problem';
import type { Page, PageContext } from './layout';
import { alert, mark, marksField, NAMES } from './parts';

export interface ChooseOptions {
	messengers: readonly Messenger[];
	asksKey: boolean;
	problem: Problem | null;
}

/** The address itself: begins a login when a messenger is chosen. A GET begins nothing, since messengers preview addresses. */
export function choosePage(context: PageContext, { messengers, asksKey, problem }: ChooseOptions): Page {
	const { texts, address } = context;
	const choices = messengers.map(
		(messenger) =>
			html`<button class="choice" name="messenger" value="${messenger}">
				${mark(messenger)}<span><b>${NAMES[messenger]}</b><small>${texts.chooseHint[messenger]}</small></span>
			</button>`,
	);
	return {
		view: 'choose',
		theme: '',
		validForSeconds: null,
		main: html`<h1>${texts.chooseTitle}</h1>
			<p class="lead">${texts.chooseLead}</p>
			${alert(texts, problem)}
			<form method="post" action="${address}" data-plain>
				<input type="hidden" name="action" value="start" />
				${
					asksKey &&
					html`<label for="key">${texts.keyLabel}</label
						><input
							id="key"
							name="key"
							type="password"
							required
							autocomplete="off"
							${marksField(problem)}
							data-focus
						/>
						<p class="hint">${texts.keyHint}</p>`
				}
				<div class="choices">${choices}</div>
			</form>`,
	};
}
