import { describe, expect, it } from 'vitest';
import { telegramOperations } from '../../../nodes/TelegramUser/operations';
import { accountCases } from './account-cases';
import { chatCases } from './chat-cases';
import { messageCases } from './message-cases';
import { peopleCases } from './people-cases';
import { makeStage, type Case } from './stage';
import { telegramScene } from './trigger-scene';

/** Every operation of the node, once, in a real n8n against the fake Telegram. */
const cases: Record<string, Case> = { ...accountCases, ...chatCases, ...peopleCases, ...messageCases };

it('has a case for every operation of the node', () => {
	const all = telegramOperations.flatMap(({ value, operations }) =>
		operations.map((operation) => `${value}.${operation.value}`),
	);
	expect(Object.keys(cases).sort()).toEqual(all.sort());
});

describe('every operation in a workflow', () => {
	const scene = telegramScene();

	it.each(Object.entries(cases))('%s', async (name, check) => {
		await check(makeStage(scene(), name));
	});
});
