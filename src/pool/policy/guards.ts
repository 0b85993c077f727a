import {
	ChannelError,
	type AccountPolicy,
	type CallResult,
	type CommandTable,
	type Permission,
} from '../../contract';

type Spec = CommandTable<unknown>[string];

/** Permission and effect of this very call: some commands (a raw request) tell only from their input. */
export function natureOf(spec: Spec, input: unknown): Pick<Spec, 'permission' | 'effect'> {
	return spec.classify?.(input) ?? spec;
}

/**
 * What a credential allows, checked before anything is opened or sent. Below the node on purpose: an AI agent or an
 * expression cannot step over it.
 * @throws ChannelError `permission_denied`, `chat_not_allowed`
 */
export function assertAllowed(policy: AccountPolicy, name: string, spec: Spec, input: unknown): void {
	assertPermitted(policy, natureOf(spec, input).permission);
	if (spec.dangerous?.(input) === true && !policy.allowDangerousRaw) {
		throw new ChannelError(
			'permission_denied',
			'This operation can end or endanger the account and is refused',
			{ hint: 'Switch on "Allow Dangerous API Requests" in the credential if you really mean it.' },
		);
	}
	if (policy.allowedChats.length === 0) return;
	if (name.startsWith('raw.')) {
		throw new ChannelError(
			'chat_not_allowed',
			'Raw requests are refused while the credential is limited to certain chats',
			{
				hint: 'Use an operation that names its chat, or empty Allowed Chats in the credential.',
			},
		);
	}
	const foreign = spec.chats?.(input).find((chat) => !policy.allowedChats.includes(chat));
	if (foreign === undefined) return;
	throw new ChannelError('chat_not_allowed', `Chat ${foreign} is not among the credential's allowed chats`, {
		hint: 'Add the chat id to Allowed Chats in the credential.',
	});
}

/** @throws ChannelError `permission_denied` */
export function assertPermitted({ permissions }: AccountPolicy, needed: Permission): void {
	if (permissions.includes(needed)) return;
	throw new ChannelError(
		'permission_denied',
		`The credential does not permit "${needed}", which this operation needs`,
		{ hint: `Add "${needed}" to Permissions in the credential if this workflow may do that.` },
	);
}

/** Leaves out what belongs to other chats, for commands that list across chats. */
export function onlyAllowedChats(policy: AccountPolicy, result: CallResult): CallResult {
	if (policy.allowedChats.length === 0) return result;
	const items = result.items.filter((item) => {
		const chat = item['external_chat_id'] ?? item['chat_id'];
		return typeof chat !== 'string' || chat === '' || policy.allowedChats.includes(chat);
	});
	return items.length === result.items.length ? result : { ...result, items };
}
