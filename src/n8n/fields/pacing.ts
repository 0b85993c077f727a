import type { INodeProperties } from 'n8n-workflow';
import type { Values } from '../parameters';

/** *If the Limit Is Reached*: every operation that talks to the provider carries it in its options. */
export const pacingFields: readonly INodeProperties[] = [
	{
		displayName: 'If the Limit Is Reached',
		name: 'ifLimitReached',
		type: 'options',
		options: [
			{
				name: 'Fail',
				value: 'fail',
				description: 'Fail at once with the code rate_limited and the seconds to wait',
			},
			{
				name: 'Wait',
				value: 'wait',
				description: 'Wait until the account may send again',
			},
		],
		default: 'wait',
		description: 'What to do when the request budget of the account is used up',
	},
	{
		displayName: 'Wait at Most (Seconds)',
		name: 'maxWaitSeconds',
		type: 'number',
		typeOptions: { minValue: 0 },
		default: 300,
		description: 'How long to wait for the budget before failing with rate_limited',
	},
];

/** @returns ms to wait for the budget; undefined = as long as the call may take */
export function budgetWaitMs(options: Values): number | undefined {
	if (options.text('ifLimitReached') === 'fail') return 0;
	return options.has('maxWaitSeconds') ? Math.max(0, options.number('maxWaitSeconds')) * 1000 : undefined;
}
