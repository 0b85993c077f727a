import { describe, expect, test } from 'vitest';
import { Max } from '../../../nodes/Max/Max.node';
import { MaxTrigger } from '../../../nodes/Max/MaxTrigger.node';
import { maxOperations } from '../../../nodes/Max/operations';
import { EVENT_TYPES } from '../../../src/contract/schemas';
import { testActionNode, testTriggerNode } from '../support/description';

describe('the MAX User node', () => {
	const { description } = new Max();

	test('cannot be taken for the nodes of MAX bots', () => {
		expect(description).toMatchObject({ displayName: 'MAX User', name: 'max' });
	});

	testActionNode(description, maxOperations);
});

describe('the MAX User Trigger', () => {
	const { description } = new MaxTrigger();

	testTriggerNode(description);

	test('knows every event there is', () => {
		const events = description.properties.find(({ name }) => name === 'events')?.options ?? [];
		expect(events.map((event) => ('value' in event ? event.value : null)).sort()).toEqual(
			[...EVENT_TYPES].sort(),
		);
	});

	test('starts on private chats only: a personal account has hundreds of others', () => {
		const filters = description.properties.find(({ name }) => name === 'filters')?.options ?? [];
		const chatTypes = filters.find(({ name }) => name === 'chatTypes');
		expect(chatTypes).toMatchObject({ default: ['private'] });
	});
});
