import { createHash } from 'node:crypto';
import type { ICredentialDataDecryptedObject, INode } from 'n8n-workflow';
import type { Channel } from '../contract';
import type { CredentialSource } from '../pool';

/** What every n8n context (execute, trigger, webhook, hook, load options) offers. */
export interface CredentialContext {
	getNode(): INode;
	getCredentials(type: string, itemIndex?: number): Promise<object>;
}

/** Which credential of its own a node takes and which messenger reads it. */
export interface AccountKind {
	channel: Channel;
	/** n8n's credential type, e.g. `avitoApi` */
	credentialType: string;
}

/**
 * Reads the node's credential now and hands the pool a way to read it anew. `getCredentials` works long after
 * `trigger()` has returned (unlike the evaluation of parameters), so a trigger's `read` keeps working.
 */
export async function credentialSource(
	context: CredentialContext,
	kind: AccountKind,
): Promise<CredentialSource> {
	const data = await context.getCredentials(kind.credentialType);
	return {
		channel: kind.channel,
		id: context.getNode().credentials?.[kind.credentialType]?.id ?? '',
		data,
		read: () =>
			context
				.getCredentials(kind.credentialType)
				.catch((error: unknown) => (isGone(error) ? null : Promise.reject(error as Error))),
	};
}

/** The same credential with some fields changed, under a name of its own: the two are never taken for each other's edits. */
export async function adaptedSource(
	source: CredentialSource,
	adapt: (
		data: Readonly<Record<string, unknown>>,
	) => Record<string, unknown> | Promise<Record<string, unknown>>,
): Promise<CredentialSource> {
	const adapted = async (data: unknown): Promise<unknown> =>
		typeof data === 'object' && data !== null ? adapt(data as Record<string, unknown>) : data;
	const data = await adapted(source.data);
	const digest = createHash('sha256').update(JSON.stringify(data)).digest('hex').slice(0, 16);
	return {
		...source,
		id: `${source.id}#${digest}`,
		data,
		read: async () => adapted(await source.read()),
	};
}

/** The source for a credential that is being tested: only what n8n handed over, which is the truth of this moment. */
export function testedCredential(
	kind: AccountKind,
	credential: { id?: string; data?: ICredentialDataDecryptedObject },
): CredentialSource {
	const data = credential.data ?? {};
	return { channel: kind.channel, id: credential.id ?? '', data, read: () => Promise.resolve(data) };
}

/** n8n's `CredentialNotFoundError` is not exported; its name and sentence are what can be recognised. */
export function isGone(error: unknown): boolean {
	return (
		error instanceof Error &&
		(error.constructor.name === 'CredentialNotFoundError' ||
			/^Credential with ID ".*" (does not exist|was not found)/.test(error.message))
	);
}
