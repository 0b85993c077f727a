import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { projectFolder, type CredentialReference, type WorkflowDraft } from '../harness';
import { Person } from './person';
import { API, loginScene, telegramAddress } from './scene';

const scene = loginScene();
let browser: Browser;
let url = '';

beforeAll(async () => {
	browser = await Person.launch();
	const { n8n, telegram, maxByPhone } = scene();
	const data = { ...API, ...telegramAddress(telegram) };
	const credentials: CredentialReference[] = [
		await n8n.api.createCredential('Telegram application', 'telegramUserApi', data),
		maxByPhone,
	];
	const file = join(projectFolder, 'docs', 'templates', 'login-form.json');
	const template = JSON.parse(await readFile(file, 'utf8')) as WorkflowDraft;
	// As a person does after the import: a credential is chosen in every node that wants one.
	const nodes = template.nodes.map((node) => {
		const wanted = node.type.endsWith('.telegramUser') ? credentials[0] : credentials[1];
		const { id, name, type } = wanted!;
		return node.type.startsWith('n8n-nodes-base.')
			? node
			: { ...node, credentials: { [type]: { id, name } } };
	});
	const { id } = await n8n.api.createWorkflow({ ...template, nodes });
	await n8n.api.publish(id);
	url = `${n8n.baseUrl}/form/${nodes.find(({ name }) => name === 'Phone')?.webhookId ?? ''}`;
});

afterAll(async () => {
	await browser.close();
});

async function fillIn(messenger: string, phone: string): Promise<Person> {
	const person = await Person.enter(browser);
	await person.page.goto(url);
	await person.page.locator('select').selectOption(messenger);
	await person.page.locator('input[name="field-1"]').fill(phone);
	await person.page.locator('#submit-btn').click();
	return person;
}

async function enterCode(person: Person, code: () => string, password = ''): Promise<void> {
	await person.sees('Enter the code');
	await person.page.locator('input[name="field-0"]').fill(code());
	await person.page.locator('input[name="field-1"]').fill(password);
	await person.page.locator('#submit-btn').click();
}

it('the form template logs in to Telegram', async () => {
	const [anna] = scene().telegram.accounts;
	const person = await fillIn('Telegram', anna.phone);
	await enterCode(person, () => anna.code, anna.password);
	await person.sees('Logged in as Anna Lee');
	await person.sees(/Session: \S{100,}/);
	await person.leave();
});

it('the form template logs in to MAX, and says what is wrong', async () => {
	const { max } = scene();
	const [anna, boris] = max.accounts;
	const person = await fillIn('MAX', anna.phone);
	await enterCode(person, () => max.control.lastCode({ phone: anna.phone }).code ?? '', anna.password);
	await person.sees(/Token: \S+ Device ID: \S+ Device Type: ANDROID/);
	await person.leave();
	const other = await fillIn('MAX', boris.phone);
	await enterCode(other, () => '000000');
	await other.sees('That did not work');
	await other.sees(/code is wrong/i);
	expect(other.page.url()).toContain('form');
	await other.leave();
});
