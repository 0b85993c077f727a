import type { NodeParameterValueType } from 'n8n-workflow';
import { expect } from 'vitest';
import { tinyPng } from '../../sandbox/avito';
import { link } from './chat-cases';
import { file, json, type Case, type Stage } from './stage';
import { chat, telegram } from './trigger-scene';

/** Somebody Boris has never met, by name. */
function stranger({ sandbox }: Stage, username: string): { id: string; userId: NodeParameterValueType } {
	const { id } = sandbox.control.createUser({ firstName: username, username });
	return { id, userId: { __rl: true, mode: 'username', value: `@${username}` } };
}

/** Every operation on contacts and the profile, once: resource.operation → what a person would check. */
export const peopleCases: Record<string, Case> = {
	'contact.add': async (stage) => {
		const { id, userId } = stranger(stage, 'dora_sandbox');
		const items = await stage.run({ userId, firstName: 'Dora', lastName: 'Work' });
		expect(json(items)).toMatchObject([{ external_user_id: id, client_name: 'Dora Work', is_contact: true }]);
	},
	'contact.block': async (stage) => {
		await stage.run({ userId: stranger(stage, 'pest_sandbox').userId });
		expect(stage.asked('contacts.block')).toBeDefined();
	},
	'contact.unblock': async (stage) => {
		const { userId } = stranger(stage, 'sorry_sandbox');
		const before = [telegram('Block', stage.credential, ['contact', 'block'], { userId })];
		await stage.run({ userId }, { before });
		expect(stage.asked('contacts.unblock')).toBeDefined();
	},
	'contact.checkPhones': async ({ run, anna }) => {
		expect(json(await run({ phones: anna.phone }))).toMatchObject([
			{ phone: anna.phone, exists: true, user_id: anna.id },
		]);
	},
	'contact.checkUsernames': async ({ run, anna }) => {
		expect(json(await run({ usernames: `@${anna.username ?? ''}` }))).toMatchObject([
			{ username: anna.username, exists: true, user_id: anna.id },
		]);
	},
	'contact.get': async ({ run, anna }) => {
		expect(json(await run({ userId: chat(anna.id) }))).toMatchObject([
			{ external_user_id: anna.id, client_name: 'Anna Lee', is_bot: false },
		]);
	},
	'contact.getMany': async ({ run, anna }) => {
		const found = json(await run({ returnAll: true })).map((item) => item['external_user_id']);
		expect(found).toContain(anna.id);
	},
	'contact.getPhotos': async ({ run, credential, boris }) => {
		const before = [
			...file(tinyPng, 'dot.png', 'image/png'),
			telegram('Set', credential, ['profile', 'setPhoto']),
		];
		const items = json(await run({ userId: chat('me'), returnAll: true }, { before }));
		const photo = { external_user_id: boris.id, photo_id: expect.stringMatching(/^-?\d+$/) as string };
		expect(items[0]).toMatchObject(photo);
	},
	'contact.import': async ({ run, sandbox }) => {
		const clara = sandbox.accounts[2];
		const contacts = JSON.stringify([{ phone: clara.phone, firstName: 'Clara' }]);
		expect(json(await run({ contacts }))).toMatchObject([
			{ phone: clara.phone, imported: true, user_id: clara.id },
		]);
	},
	'contact.remove': async (stage) => {
		const { userId } = stranger(stage, 'former_sandbox');
		const add = { userId, firstName: 'Former' };
		const before = [telegram('Add', stage.credential, ['contact', 'add'], add)];
		await stage.run({ userIds: '@former_sandbox' }, { before });
		expect(stage.asked('contacts.deleteContacts')).toBeDefined();
	},
	'contact.resolve': async ({ run, sandbox }) => {
		expect(json(await run({ chatId: link('https://t.me/sandbox_news/2') }))).toMatchObject([
			{ external_chat_id: sandbox.demo.channelId, chat_type: 'channel', message_id: '2' },
		]);
	},
	'contact.search': async ({ run, anna }) => {
		expect(json(await run({ query: 'anna' }))).toMatchObject([{ external_chat_id: anna.id, is_own: true }]);
	},
	'profile.get': async ({ run, boris }) => {
		const items = json(await run());
		expect(items).toMatchObject([{ id: boris.id, first_name: 'Boris', username: boris.username }]);
		expect(JSON.stringify(items)).not.toContain(boris.phone.slice(1));
	},
	'profile.setPhoto': async ({ run, asked }) => {
		await run({}, { before: file(tinyPng, 'dot.png', 'image/png') });
		expect(asked('photos.uploadProfilePhoto')).toMatchObject({ file: { name: 'dot.png' } });
	},
	'profile.update': async ({ run, asked }) => {
		await run({ updateFields: { description: 'At work' } });
		expect(asked('account.updateProfile')).toMatchObject({ about: 'At work' });
	},
};
