/**
 * All that knows n8n: items, parameters, errors, triggers, webhooks. Level 4: talks to an account only through the
 * pool, which it loads when it is first needed; the node files import this door and nothing else.
 */
export { invalidParameter, type Json } from '../contract';
export { accountCredentials, accountField, accountFields } from './accounts/fields';
export { testAccounts } from './accounts/credential-test';
export type { AccountWish, NodeAccounts } from './accounts/choice';
export {
	accountsTriggerFields,
	accountsTriggerOutputs,
	getAccounts,
	runAccountsTrigger,
} from './accounts/trigger';
export { describeOperations } from './describe';
export { testCredential } from './credential-test';
export { executeNode } from './execute';
export { replaceHost, type Host } from './host';
export { accountSearch, listSearch } from './list-search';
export { newLoginId } from './login-id';
export { loginProperties, loginWebhooks, serveLogin } from './login';
export { accountOperations } from './operations/account';
export { accountOverview } from './operations/account-overview';
export { downloadCalls, downloadOperation } from './operations/download';
export { getSinceOperation, type GetSinceWords } from './operations/get-since';
export { withQrPictures } from './qr-picture';
export type { AccountKind } from './credential';
export type {
	ActionNode,
	AnyOperation,
	Operation,
	OperationCall,
	OperationTable,
	Resource,
	WholeOperation,
} from './operation';
export type { Located, Parameters, Values } from './parameters';
export { chatField, linkMode, phoneMode, userMode, usernameMode, type ChatFieldOptions } from './fields/chat';
export { detailOf, includeRawField, lastMessagesField, limitFields, simplifyField } from './fields/limit';
export {
	largestSizeField,
	mediaFields,
	mediaKindField,
	notVoiceField,
	outputFieldField,
	voiceLengthField,
} from './fields/media';
export { policyFields, policyLimitFields } from './fields/policy';
export {
	emojiField,
	formatField,
	sendingFields,
	sendingOf,
	splitLongTextField,
	textField,
	textOptionsOf,
	type Sending,
} from './fields/sending';
export { describeTrigger } from './trigger/fields';
export { runTrigger } from './trigger/run';
export type { TriggerSpec, TriggerWords } from './trigger/spec';
export { webhookLifecycle } from './webhook/methods';
export { receiveWebhook } from './webhook/receive';
export type { WebhookTriggerSpec } from './webhook/spec';
export { sendAndWaitOperation } from './wait/operation';
export { answerWaiting } from './wait/answer-waiting';
export { waitWebhooks } from './wait/webhook';
