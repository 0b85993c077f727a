import type { CodeSent } from '../../../login';
import { html } from '../html';
import type { PageState } from '../page-state';
import type { PageContext } from './layout';
import { alert, button, form, mark, marksField } from './parts';

/** The code, and after a while another one. */
export function codePage(context: PageContext, state: PageState, step: CodeSent) {
	const { texts, now } = context;
	const { messenger, problem, resendAt } = state;
	const length = step.length ?? 0;
	const seconds = Math.max(0, Math.ceil((resendAt - now) / 1000));
	const none = step.requestsLeft === 0;
	// The button tells how long itself.
	const told = problem?.topic === 'too_early' ? null : problem;
	const wrong = problem?.topic === 'invalid_code' || problem?.topic === 'code_expired' ? problem : null;
	return html`${mark(messenger)}
		<h1>${step.address === null ? texts.codeTitle : texts.emailCodeTitle}</h1>
		<p class="lead">${lead(context, step)}</p>
		${alert(texts, told)}
		${step.doubtful && problem === null && html`<div class="note">${texts.phoneDoubt}</div>`}
		${form(
			context,
			state,
			'code',
			html`<label for="code">${texts.code}</label>
				<input
					class="code"
					id="code"
					name="code"
					inputmode="numeric"
					autocomplete="one-time-code"
					required
					pattern="[0-9 \\-]{3,12}"
					maxlength="12"
					${length > 0 && html`data-length="${length}"`}
					${marksField(wrong)}
					data-focus
				/>
				${messenger === 'telegram' && step.address === null && html`<p class="hint">${texts.codeWarning}</p>`}
				<button>${step.address === null ? texts.checkCode : texts.continue}</button>`,
		)}
		${
			none
				? html`<p class="hint">${texts.noMoreCodes}</p>`
				: form(
						context,
						state,
						'resend',
						html`<button
							class="quiet"
							${
								seconds > 0 &&
								html`data-seconds="${seconds}" data-counting="${texts.resendIn('{}')}"
								data-after="${texts.resend}"`
							}
						>
							${texts.resend}
						</button>`,
					)
		}
		${
			step.address === null
				? button(context, state, 'way', texts.otherNumber, 'phone')
				: button(context, state, 'address', texts.otherAddress)
		}
		${button(context, state, 'cancel', texts.cancel)}`;
}

function lead(context: PageContext, step: CodeSent): string {
	const { texts } = context;
	if (step.address !== null) return texts.emailCodeSentTo(step.emailPattern ?? step.address);
	const parts = [
		step.addressProven ? texts.addressProven : texts.codeSentTo(maskedMiddle(step.phone)),
		step.emailPattern === null ? sentBy(context, step) : texts.codeSentByEmail(step.emailPattern),
	];
	return parts.join(' ');
}

function sentBy({ texts }: PageContext, { sentBy: how }: CodeSent): string {
	if (how === 'app') return texts.codeSentBy.app;
	if (/sms/.test(how)) return texts.codeSentBy.sms;
	return /call/.test(how) ? texts.codeSentBy.call : texts.codeSentBy.other;
}

/** Enough for its owner to see a slip, too little for who looks over a shoulder. */
function maskedMiddle(phone: string): string {
	return phone.length < 8 ? phone : `${phone.slice(0, -6)}••••${phone.slice(-2)}`;
}
