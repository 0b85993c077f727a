import { describe, expect, it } from 'vitest';
import { telegramOperations } from '../../../nodes/TelegramUser/operations';
import { messageCases } from './message-cases';
import { makeStage, type Case } from './stage';
import { telegramScene } from './trigger-scene';

/** Every operation of these resources, once, in a real n8n against the fake Telegram. */
const cases: Record<string, Case> = { ...messageCases };
const covered = new Set<string>(['message', 'file']);

it('has a case for every operation of these resources', () => {
	const all = telegramOperations
		.filter(({ value }) => covered.has(value))
		.flatMap(({ value, operations }) => operations.map((operation) => `${value}.${operation.value}`));
	expect(Object.keys(cases).sort()).toEqual(all.sort());
});

describe('every operation in a workflow', () => {
	const scene = telegramScene();

	it.each(Object.entries(cases))('%s', async (name, check) => {
		await check(makeStage(scene(), name));
	});
});
