import { contentFor } from './content';
import type { Account, Key, World } from './world';

export interface AccountSeed {
	readonly user_id: number;
	readonly name: string;
	readonly client_id: string;
	readonly client_secret: string;
	readonly employer_id?: number | undefined;
}

/** The accounts every sandbox starts with: two companies with their own keys, and an employee of the first. */
export const demoAccounts: readonly AccountSeed[] = [
	{
		user_id: 94000001,
		name: 'Ремонт и Ко',
		client_id: 'repair-client-id',
		client_secret: 'repair-client-secret',
	},
	{
		user_id: 94000002,
		name: 'Велопрокат',
		client_id: 'bikes-client-id',
		client_secret: 'bikes-client-secret',
	},
	{
		user_id: 94000003,
		name: 'Сотрудник Ремонт и Ко',
		client_id: 'employee-client-id',
		client_secret: 'employee-client-secret',
		employer_id: 94000001,
	},
];

const demoItems: ReadonlyArray<readonly [userId: number, title: string, price: number | null]> = [
	[94000001, 'Ремонт телефонов', 1500],
	[94000001, 'Ремонт ноутбуков', 2500],
	[94000001, 'Диагностика бесплатно', null],
	[94000002, 'Прокат велосипедов', 900],
];

/** Adds an account with its key. */
export function addAccount(world: World, seed: AccountSeed): Account {
	const account: Account = {
		id: seed.user_id,
		name: seed.name,
		email: `shop${seed.user_id}@example.org`,
		phone: `7999${String(seed.user_id % 10_000_000).padStart(7, '0')}`,
		employer_id: seed.employer_id ?? null,
		subscription: true,
		balance: { real: 1234.5, bonus: 0 },
		reviews: [],
		webhooks: new Set(),
		blacklist: new Map(),
	};
	const key: Key = { client_id: seed.client_id, client_secret: seed.client_secret, user_id: seed.user_id };
	world.addAccount(account, [key]);
	return account;
}

function addReviews(world: World, account: Account, itemId: number): void {
	const texts = ['Отлично!', 'Быстро и аккуратно', 'Долго ждал', 'Всё хорошо', 'Рекомендую'];
	texts.forEach((text, i) => {
		account.reviews.push({
			id: 92_312_343 + (account.id % 10) * 100 + i,
			score: i === 2 ? 3 : 5,
			stage: 'done',
			text,
			createdAt: world.seconds() - (i + 1) * 86_400,
			sender: i === 3 ? null : `Покупатель ${i + 1}`,
			item_id: i === 4 ? null : itemId,
			answer: null,
		});
	});
}

/** Accounts, ads and reviews; with `chats`, also a few conversations to look at. */
export function populate(world: World, origin: string, chats: boolean): void {
	for (const seed of demoAccounts) addAccount(world, seed);
	demoItems.forEach(([user_id, title, price], i) => {
		const id = 7_700_000_001 + i;
		const category = { id: 114, name: 'Предложение услуг' };
		const address = 'Москва, Лесная ул., 7';
		world.items.set(id, {
			id,
			user_id,
			title,
			price,
			address,
			category,
			status: 'active',
			updated: world.seconds(),
		});
	});
	addReviews(world, world.account(94000001), 7_700_000_001);
	addReviews(world, world.account(94000002), 7_700_000_004);
	if (!chats) return;
	const hour = 3600;
	for (const [i, [userId, ,]] of demoItems.entries()) {
		const partner = world.person();
		const created = world.seconds() - (i + 1) * hour;
		const item_id = 7_700_000_001 + i;
		const chat = world.addChat({ account_id: userId, type: 'u2i', item_id, partner_id: partner.id, created });
		const type = (['text', 'image', 'voice', 'location'] as const)[i % 4] ?? 'text';
		const content = contentFor(world, origin, { type, accountId: userId });
		world.addMessage(chat, {
			author_id: partner.id,
			type: 'text',
			content: { text: 'Здравствуйте!' },
			created,
		});
		world.addMessage(chat, { author_id: partner.id, type, content, created: created + 60 });
	}
}
