import type { INode, NodeParameterValueType } from 'n8n-workflow';
import { avito, avitoTrigger, onlyIf } from '../avito/nodes';
import { node, workflow, type CredentialReference, type WorkflowDraft } from '../harness';
import { max, maxTrigger } from '../max/nodes';
import type { OtherSide } from './messengers';

/** The chat the message came from. */
const sameChat: NodeParameterValueType = { __rl: true, mode: 'id', value: '={{ $json.external_chat_id }}' };

const answer = {
	chatId: sameChat,
	text: '=Здравствуйте, {{ $json.client_name }}! Вы написали: «{{ $json.text }}»',
};

/** Where a message comes in and the node that answers it, per messenger. */
const ends: Record<OtherSide['id'], (credential: CredentialReference) => readonly [INode, INode]> = {
	avito: (credential) => [
		avitoTrigger('Avito Trigger', credential),
		avito('Answer', credential, ['message', 'send'], answer),
	],
	max: (credential) => [
		maxTrigger('MAX User Trigger', credential),
		max('Answer', credential, ['message', 'send'], answer),
	],
	telegram: (credential) => [
		node('Telegram User Trigger', 'telegramUserTrigger', {}, { credential }),
		node('Answer', 'telegramUser', { resource: 'message', operation: 'send', ...answer }, { credential }),
	],
};

/** The example of a messenger: whoever writes a text is answered. */
export function answerEveryMessage(
	{ id, messenger }: Pick<OtherSide, 'id' | 'messenger'>,
	credential: CredentialReference,
): WorkflowDraft {
	const [trigger, reply] = ends[id](credential);
	return workflow(`${messenger}: answer every message`, [
		trigger,
		onlyIf('Has it a text?', '!!$json.text'),
		reply,
	]);
}

/** What stands in a *Messenger Accounts* credential for all of them. */
export function accountsOf(sides: readonly OtherSide[]): Record<'accounts' | 'sharedSettings', string> {
	const accounts = sides.map(({ id, credential }) => [id, { channel: id, ...credential }] as const);
	return { accounts: JSON.stringify(Object.fromEntries(accounts)), sharedSettings: '{}' };
}

/** Two nodes for three messengers. Not published: it would answer a second time. */
export function oneInbox(credential: CredentialReference): WorkflowDraft {
	return workflow('All three: one inbox', [
		// It has no webhook at Avito and looks there: half a minute is long for somebody who watches.
		node('Messenger Trigger', 'messengerTrigger', { options: { pollSeconds: 5 } }, { credential }),
		node(
			'Reply',
			'messenger',
			{ resource: 'message', operation: 'reply', text: answer.text },
			{ credential },
		),
	]);
}
