import type {
	ICredentialDataDecryptedObject,
	INode,
	INodeParameters,
	NodeParameterValueType,
} from 'n8n-workflow';
import type { DemoSession, MaxSandbox } from '../../sandbox/max';
import { node, packageName, type CredentialReference, type NodeExtras } from '../harness';

/** The credential type of this package for MAX. */
export const maxCredentialType = 'maxUserApi';

/** Full type of the action node, as n8n's lists are asked with. */
export const maxType = `${packageName}.max`;

/** Limits no test reaches by accident; the defaults protect real accounts. */
const UNHURRIED = {
	loginPerMinute: 0,
	loginPerHour: 0,
	sendsPerMinute: 10_000,
	chatGapSeconds: 0,
	firstContactsPerDay: 10_000,
	loopLimit: 0,
	pageDelayMs: 0,
};

/** What a person types into the credential to reach an account of the sandbox with a session it has. */
export function maxCredential(
	sandbox: MaxSandbox,
	session: DemoSession | undefined = sandbox.accounts[0].web,
): ICredentialDataDecryptedObject {
	if (session === undefined) throw new Error('this account has no session yet');
	const { token, deviceId, deviceType } = session;
	const endpoint = deviceType === 'WEB' ? sandbox.addresses.websocketPlain : sandbox.addresses.tcpPlain;
	return { token, deviceId, deviceType, endpoint, ...UNHURRIED };
}

/** A credential before the first login, for one kind of device. */
export function newcomer(sandbox: MaxSandbox, deviceType: 'WEB' | 'ANDROID'): ICredentialDataDecryptedObject {
	const endpoint = deviceType === 'WEB' ? sandbox.addresses.websocketPlain : sandbox.addresses.tcpPlain;
	// The service sends codes only to phones with a fingerprint; the sandbox wants 96 bytes, whichever.
	const fingerprintDigests = ['11', '22', '33'].map((pair) => pair.repeat(32)).join('\n');
	return { deviceType, endpoint, fingerprintDigests, ...UNHURRIED };
}

/** A chat given by its id. */
export function chat(value: string): NodeParameterValueType {
	return { __rl: true, mode: 'id', value };
}

/** A person given in one of the selector's ways. */
export function person(mode: 'id' | 'user' | 'phone' | 'link', value: string): NodeParameterValueType {
	return { __rl: true, mode, value };
}

/** A MAX User node doing one operation. */
export function max(
	name: string,
	credential: CredentialReference,
	[resource, operation]: readonly [resource: string, operation: string],
	parameters: INodeParameters = {},
	extras: NodeExtras = {},
): INode {
	return node(name, 'max', { resource, operation, ...parameters }, { ...extras, credential });
}

/** A MAX User Trigger. */
export function maxTrigger(
	name: string,
	credential: CredentialReference,
	parameters: INodeParameters = {},
): INode {
	return node(name, 'maxTrigger', parameters, { credential });
}
