import { html, type Html } from '../html';
import { viewOf, type PageState } from '../page-state';
import { applicationPage } from './application';
import { codePage } from './code';
import { emailPage } from './email';
import { stoppedPage } from './ended';
import type { Page, PageContext } from './layout';
import { passwordPage } from './password';
import { phonePage } from './phone';
import { qrPage } from './qr';

/** The pages of a login; each file is one page and returns what stands inside the frame. */
export { choosePage } from './choose';
export { donePage } from './done';
export { endedPage } from './ended';
export {
	document,
	keyOf,
	LOGIN_HEADERS,
	validity,
	withLanguage,
	type Page,
	type PageContext,
} from './layout';

/** What the settings of the node and its credentials add to a state. */
export interface Circumstances {
	needsApplication: boolean;
	/** MAX may never send the code */
	codeDoubtful: boolean;
}

export async function statePage(
	context: PageContext,
	state: PageState,
	circumstances: Circumstances,
): Promise<Page> {
	const view = viewOf(state, circumstances.needsApplication);
	return {
		view,
		theme: state.messenger,
		validForSeconds: Math.ceil((state.expiresAt - context.now) / 1000),
		main: await mainOf(context, state, circumstances, view),
	};
}

async function mainOf(
	context: PageContext,
	state: PageState,
	{ codeDoubtful }: Circumstances,
	view: ReturnType<typeof viewOf>,
): Promise<Html> {
	const { step, problem } = state;
	if (view === 'stopped' && problem !== null) return stoppedPage(context, state, problem);
	if (view === 'application') return applicationPage(context, state);
	if (step?.kind === 'email') return emailPage(context, state);
	if (step?.kind === 'code') return codePage(context, state, step);
	if (step?.kind === 'password') return passwordPage(context, state, step);
	if (view === 'phone') return phonePage(context, state, codeDoubtful);
	return view === 'qr' ? qrPage(context, state) : html``;
}
