import { describe, expect, test } from 'vitest';
import { TelegramUser } from '../../../nodes/TelegramUser/TelegramUser.node';
import { TelegramUserTrigger } from '../../../nodes/TelegramUser/TelegramUserTrigger.node';
import { telegramOperations } from '../../../nodes/TelegramUser/operations';
import { EVENT_TYPES } from '../../../src/contract/schemas';
import { testActionNode, testTriggerNode } from '../support/description';

describe('the Telegram User node', () => {
	const { description } = new TelegramUser();

	test('cannot be taken for the node of Telegram bots', () => {
		expect(description).toMatchObject({ displayName: 'Telegram User', name: 'telegramUser' });
	});

	testActionNode(description, telegramOperations);
});

describe('the Telegram User Trigger', () => {
	const { description } = new TelegramUserTrigger();

	testTriggerNode(description);

	test('knows every event there is but the one Telegram does not have', () => {
		const events = description.properties.find(({ name }) => name === 'events')?.options ?? [];
		expect(events.map((event) => ('value' in event ? event.value : null)).sort()).toEqual(
			EVENT_TYPES.filter((type) => type !== 'file_ready').sort(),
		);
	});

	test('starts on private chats only: a personal account has hundreds of others', () => {
		const filters = description.properties.find(({ name }) => name === 'filters')?.options ?? [];
		const chatTypes = filters.find(({ name }) => name === 'chatTypes');
		expect(chatTypes).toMatchObject({ default: ['private'] });
	});
});
