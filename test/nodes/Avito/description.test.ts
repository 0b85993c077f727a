import { describe, expect, test } from 'vitest';
import { Avito } from '../../../nodes/Avito/Avito.node';
import { AvitoTrigger } from '../../../nodes/Avito/AvitoTrigger.node';
import { avitoOperations } from '../../../nodes/Avito/operations';
import { testActionNode, testTriggerNode } from '../support/description';

describe('the Avito node', () => {
	testActionNode(new Avito().description, avitoOperations);

	test('offers what was promised', () => {
		const offered = avitoOperations.map(({ value, operations: list }) => [
			value,
			list.map((o) => o.value).sort(),
		]);
		expect(Object.fromEntries(offered)).toEqual({
			account: [
				'connect',
				'disconnect',
				'forget',
				'getBalance',
				'getMany',
				'getSelf',
				'getStatus',
				'refreshToken',
			],
			apiRequest: ['request'],
			chat: ['blockUser', 'get', 'getMany', 'markRead', 'searchByItem', 'searchByText', 'unreadCount'],
			file: ['download'],
			listing: ['get', 'getMany'],
			message: [
				'delete',
				'getMany',
				'getSince',
				'getUnread',
				'getVoice',
				'send',
				'sendAndWait',
				'sendImage',
				'sendLink',
				'sendMany',
			],
			review: ['answer', 'deleteAnswer', 'getMany', 'getRating'],
			webhook: ['getMany', 'subscribe', 'unsubscribe'],
		});
	});
});

describe('the Avito Trigger', () => {
	testTriggerNode(new AvitoTrigger().description);
});
