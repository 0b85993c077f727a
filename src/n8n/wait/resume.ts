import type { ChannelEvent, JsonObject, WaitRecord } from '../../contract';
import type { ResumeWait } from '../../pool';
import { postToPublished, type OwnAnswer } from '../own-server';
import { readAnswer } from './answer';
import { loadPlan } from './plan';

/** The body of the resume request; `webhook()` of the node turns it into the execution's output. */
export interface ChatAnswer extends JsonObject {
	approved: boolean | null;
	text: string;
	event: JsonObject;
}

/**
 * A reply matched a pending question: does it answer, and if so, resume the execution through n8n's own signed address,
 * the only way that works from every process and after a restart.
 */
export const resumeWait: ResumeWait = async (wait: WaitRecord, event: ChannelEvent) => {
	const plan = loadPlan(wait.resume);
	if (plan === null) return 'gone';
	const answer = readAnswer(plan.rule, event);
	if (answer === null) return 'not_an_answer';
	const body: ChatAnswer = {
		approved: 'approved' in answer ? answer.approved : null,
		text: answer.text,
		event: event as unknown as JsonObject,
	};
	try {
		const outcome = readOutcome(await postToPublished(plan.url, body));
		// Released instead of consumed: the triggers get the message too.
		return outcome === 'resumed' && plan.alsoTrigger ? 'gone' : outcome;
	} catch {
		// n8n is starting or unreachable: the pool asks again until the hold ends.
		return 'retry';
	}
};

/**
 * n8n's answers: our own `{ resumed: true }`; 409 "is running already" while the execution has not parked yet; 409 or 404
 * when it is over or gone; 401 when the signing key changed; 200 with a page saying that nothing is left to do.
 */
export function readOutcome({ status, body }: OwnAnswer): 'resumed' | 'retry' | 'gone' {
	if (status === 200) return saysResumed(body) ? 'resumed' : 'gone';
	if (status === 409 && body.includes('is running already')) return 'retry';
	if (status === 401 || status === 404 || status === 409 || status === 410) return 'gone';
	return 'retry';
}

function saysResumed(body: string): boolean {
	try {
		const answer = JSON.parse(body) as { resumed?: unknown } | null;
		return answer?.resumed === true;
	} catch {
		return false;
	}
}
