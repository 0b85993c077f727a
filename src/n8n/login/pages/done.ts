import type { Done, Messenger } from '../../../login';
import type { HandedOver } from '../hand-over';
import { html } from '../html';
import type { Page, PageContext } from './layout';
import { sign } from './parts';

/** The end. Where nobody else has the session, it stands here, once. */
export function donePage(context: PageContext, messenger: Messenger, done: Done, handed: HandedOver): Page {
	const { texts } = context;
	const { credential, shown } = handed;
	const name = done.profile.name || done.profile.username || done.profile.id;
	return {
		view: 'done',
		theme: messenger,
		validForSeconds: null,
		main: html`${sign(true)}
			<h1>${texts.doneTitle}</h1>
			<p class="lead">${texts.doneAs(name)}</p>
			${
				credential.kind === 'failed'
					? html`<div class="note bad" role="alert">${texts.doneFailed}</div>`
					: credential.kind === 'none'
						? null
						: html`<div class="note good">
								${(credential.kind === 'created' ? texts.doneCreated : texts.doneUpdated)(credential.name)}
							</div>`
			}
			${
				shown === null
					? null
					: html`<p>${texts.doneCopy(handed.typeName)}</p>
							<div class="values">
								${shown.map(
									({ label, value, secret }, at) =>
										html`<div>
											<label for="value${at}">${label}</label>
											<div class="with-button">
												<input
													id="value${at}"
													type="${secret ? 'password' : 'text'}"
													value="${value}"
													readonly
													autocomplete="off"
													spellcheck="false"
												/><button
													type="button"
													class="small"
													aria-controls="value${at}"
													aria-label="${texts.copy}: ${label}"
													data-copy
													data-script
													hidden
												>
													${texts.copy}
												</button>
											</div>
										</div>`,
								)}
							</div>
							<div class="note">${texts.doneOnce}</div>`
			}
			<p class="lead">${handed.toWorkflow && html`${texts.doneOutput} `}${texts.doneClose}</p>`,
	};
}
