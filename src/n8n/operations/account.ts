import type { Operation } from '../operation';

/** The account operations every messenger has. They are answered by the pool; only *Connect* goes to the provider. */
export const accountOperations: readonly Operation[] = [
	{
		value: 'getStatus',
		name: 'Get Status',
		action: 'Get status of account',
		description: 'Get connection state, limits, last event and last error of this account',
		effect: 'read',
		paced: false,
		properties: [],
		toCommand: () => ({ name: 'account.getStatus', input: {} }),
	},
	{
		value: 'getMany',
		name: 'Get Many',
		action: 'Get many accounts',
		description: 'Get the status of every account of all messengers that is known to this n8n',
		effect: 'read',
		paced: false,
		properties: [],
		toCommand: () => ({ name: 'account.getMany', input: {} }),
	},
	{
		value: 'connect',
		name: 'Connect',
		action: 'Connect account',
		description: 'Resume a paused account: it connects again and catches up',
		effect: 'change',
		paced: false,
		properties: [],
		toCommand: () => ({ name: 'account.connect', input: {} }),
	},
	{
		value: 'disconnect',
		name: 'Disconnect',
		action: 'Disconnect account',
		description: 'Pause the account until it is connected again, across restarts: the emergency stop',
		effect: 'change',
		paced: false,
		properties: [],
		toCommand: () => ({ name: 'account.disconnect', input: {} }),
	},
	{
		value: 'forget',
		name: 'Forget',
		action: 'Forget account',
		description:
			'Delete everything stored about this account on the n8n machine: journal, positions, remembered sends',
		effect: 'change',
		paced: false,
		properties: [],
		toCommand: () => ({ name: 'account.forget', input: {} }),
	},
];
