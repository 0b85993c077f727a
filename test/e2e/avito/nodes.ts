import type {
	ICredentialDataDecryptedObject,
	INode,
	INodeParameters,
	NodeParameterValueType,
} from 'n8n-workflow';
import { randomUUID } from 'node:crypto';
import type { AvitoSandbox, SandboxAccount } from '../../sandbox/avito';
import { node, packageName, type CredentialReference, type NodeExtras } from '../harness';

/** The credential type of this package for Avito. */
export const avitoCredentialType = 'avitoApi';

/** Full type of the action node, as n8n's lists are asked with. */
export const avitoType = `${packageName}.avito`;

/** What a person types into the credential to reach an account of the sandbox. */
export function avitoCredential(
	sandbox: AvitoSandbox,
	account: SandboxAccount = sandbox.accounts[0],
): ICredentialDataDecryptedObject {
	return {
		clientId: account.client_id,
		clientSecret: account.client_secret,
		endpoint: sandbox.origin,
	};
}

/** A chat given by its id. */
export function chat(value: string): NodeParameterValueType {
	return { __rl: true, mode: 'id', value };
}

/** An Avito node doing one operation. */
export function avito(
	name: string,
	credential: CredentialReference,
	[resource, operation]: readonly [resource: string, operation: string],
	parameters: INodeParameters = {},
	extras: NodeExtras = {},
): INode {
	return node(name, 'avito', { resource, operation, ...parameters }, { ...extras, credential });
}

/** An Avito Trigger with its own webhook address. */
export function avitoTrigger(
	name: string,
	credential: CredentialReference,
	parameters: INodeParameters = {},
): INode {
	return node(name, 'avitoTrigger', parameters, { credential, typeVersion: 2, webhookId: randomUUID() });
}

/** Goes on at its first output if the expression is true, else at the second. */
export function onlyIf(name: string, expression: string): INode {
	return node(
		name,
		'n8n-nodes-base.if',
		{
			conditions: {
				options: { caseSensitive: true, leftValue: '', typeValidation: 'strict', version: 2 },
				combinator: 'and',
				conditions: [
					{
						id: randomUUID(),
						leftValue: `={{ ${expression} }}`,
						rightValue: '',
						operator: { type: 'boolean', operation: 'true', singleValue: true },
					},
				],
			},
		},
		{ typeVersion: 2.2 },
	);
}
