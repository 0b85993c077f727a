import type {
	IDataObject,
	INodeExecutionData,
	IWebhookDescription,
	IWebhookFunctions,
	IWebhookResponseData,
} from 'n8n-workflow';
import { asCollection, Values } from '../parameters';
import type { AnswerRule } from './answer';
import { PAGE_HEADERS, questionPage, thanksPage } from './page';

/** The addresses a waiting execution of the node is resumed by. n8n checks their signature before we are asked. */
export const waitWebhooks: IWebhookDescription[] = (['GET', 'POST'] as const).map((httpMethod) => ({
	name: 'default',
	httpMethod,
	responseMode: 'onReceived',
	responseData: '',
	path: '={{ $nodeId }}',
	restartWebhook: true,
	isFullPath: true,
}));

/** How an answer reaches us: the query is part of what is signed, so a visitor of the page cannot pose as the chat. */
export const VIA_CHAT = 'chat';
export const VIA_PAGE = 'page';

interface PageResponse {
	setHeader(name: string, value: string): void;
	status(code: number): { send(body: string): void };
}

/** `webhook()` of an action node: the answer from the chat (our own request) or from the page. */
export async function receiveAnswer(
	context: IWebhookFunctions,
	now: () => number,
): Promise<IWebhookResponseData> {
	const via = (context.getQueryData() as Record<string, unknown>)['via'];
	const method = (context.getRequestObject() as { method?: string }).method;
	const body = asCollection(context.getBodyData());
	const respondedAt = new Date(now()).toISOString();
	if (via === VIA_CHAT && method === 'POST')
		return { webhookResponse: { resumed: true }, workflowData: answered(chatAnswer(body, respondedAt)) };
	if (via !== VIA_PAGE) return sendPage(context, 400, 'This address is not complete.');
	const page = readPage(context);
	if (method !== 'POST') return sendPage(context, 200, questionPage(page.question, page.rule, page.labels));
	const answer = pageAnswer(body, page.rule);
	if (answer === null) return sendPage(context, 400, questionPage(page.question, page.rule, page.labels));
	return {
		webhookResponse: thanksPage(),
		workflowData: answered({ ...answer, respondedAt, respondedVia: VIA_PAGE }),
	};
}

/** The shape n8n's own nodes give, and its human review of AI tools reads: everything under `data`. */
function answered(data: IDataObject): INodeExecutionData[][] {
	return [[{ json: { data } }]];
}

function chatAnswer(body: IDataObject, respondedAt: string): IDataObject {
	const event = asCollection(body['event']);
	return {
		...(typeof body['approved'] === 'boolean' ? { approved: body['approved'] } : {}),
		text: body['text'] ?? '',
		respondedAt,
		respondedVia: VIA_CHAT,
		responder: { id: event['external_user_id'] ?? '', name: event['client_name'] ?? '' },
		message: event,
	};
}

function pageAnswer(body: IDataObject, rule: AnswerRule): { approved?: boolean; text: string } | null {
	if (rule.type === 'freeText') {
		const text = body['text'];
		return typeof text === 'string' && text.trim() !== '' ? { text } : null;
	}
	if (body['answer'] === 'approve') return { approved: true, text: '' };
	return body['answer'] === 'decline' && rule.decline.length > 0 ? { approved: false, text: '' } : null;
}

/** What the page shows is read from the node as it stood when the question was asked. */
function readPage(context: IWebhookFunctions): {
	question: string;
	rule: AnswerRule;
	labels: { approve: string; decline: string };
} {
	const values = asCollection(asCollection(context.getNodeParameter('approvalOptions', {}))['values']);
	const approval = new Values(
		(name) => values[name],
		(name) => name,
	);
	const free = context.getNodeParameter('responseType', 'approval') === 'freeText';
	return {
		question: readMessage(context),
		rule: free
			? { type: 'freeText' }
			: {
					type: 'approval',
					approve: [],
					decline: approval.text('approvalType') === 'single' ? [] : ['decline'],
				},
		labels: {
			approve: approval.has('approveLabel') ? approval.text('approveLabel') : 'Approve',
			decline: approval.has('declineLabel') ? approval.text('declineLabel') : 'Decline',
		},
	};
}

function readMessage(context: IWebhookFunctions): string {
	try {
		const message = context.getNodeParameter('message', '');
		return typeof message === 'string' ? message : '';
	} catch {
		// Its expression may need data that is no longer there; the buttons still say what they do.
		return '';
	}
}

function sendPage(context: IWebhookFunctions, status: number, html: string): IWebhookResponseData {
	// n8n's type is Express's, whose declarations are not among what a node package gets.
	const response = context.getResponseObject() as unknown as PageResponse;
	for (const [name, value] of Object.entries(PAGE_HEADERS)) response.setHeader(name, value);
	response.status(status).send(html);
	return { noWebhookResponse: true };
}
