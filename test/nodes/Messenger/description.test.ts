import { NodeHelpers } from 'n8n-workflow';
import { describe, expect, test } from 'vitest';
import { Messenger } from '../../../nodes/Messenger/Messenger.node';
import { MessengerTrigger } from '../../../nodes/Messenger/MessengerTrigger.node';
import { messengerOperations } from '../../../nodes/Messenger/operations';
import { EVENT_TYPES } from '../../../src/contract/schemas';
import { makeNode, makeWorkflow } from '../../n8n/support/run';
import { testActionNode, testTriggerNode } from '../support/description';

describe('the Messenger node', () => {
	testActionNode(new Messenger().description, messengerOperations);
});

describe('the Messenger Trigger', () => {
	const { description } = new MessengerTrigger();

	testTriggerNode(description);

	test('knows every event there is', () => {
		const events = description.properties.find(({ name }) => name === 'events')?.options ?? [];
		expect(events.map((event) => ('value' in event ? event.value : null)).sort()).toEqual(
			[...EVENT_TYPES].sort(),
		);
	});

	test.each([
		['one', 1],
		['channel', 3],
	])('with outputs: %s has %i of them', (outputs, count) => {
		const node = makeNode({ parameters: { outputs } }, 'test.subjectTrigger');
		const workflow = makeWorkflow(new MessengerTrigger(), node);
		expect(NodeHelpers.getNodeOutputs(workflow, node, description)).toHaveLength(count);
	});
});
