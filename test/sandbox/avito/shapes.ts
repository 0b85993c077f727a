import { sizesOf } from './content';
import type { Settings } from './settings';
import type { Account, Chat, Item, Message, Person, World } from './world';

/** What the renderers need to know beside the thing itself. */
export interface View {
	readonly world: World;
	readonly settings: Settings;
	/** Where the sandbox serves pictures. */
	readonly origin: string;
}

/** The notice Avito puts in the place of message text when the messenger API is not paid (seen by five clients). */
export const placeholderText =
	'Перейдите на подписку с API мессенджера, чтобы получить доступ к чатам. Подробности — в разделе «Для бизнеса».';

export function itemUrl(item: Item): string {
	return `https://avito.ru/moskva/predlozheniya_uslug/obyavlenie_${item.id}`;
}

/** As the web page writes a price: groups and the currency apart by non-breaking spaces. */
export function priceString(price: number | null): string {
	if (price === null) return 'Цена не указана';
	return `${String(price).replace(/\B(?=(\d{3})+$)/g, '\u00a0')}\u00a0₽`;
}

function direction(chat: Chat, message: Message): 'in' | 'out' {
	return message.author_id === chat.account_id ? 'out' : 'in';
}

/** Avatar sizes as captured. */
const avatarSizes = ['24x24', '64x64', '128x128', '256x256', '1024x1024'];

function userShape({ settings, origin }: View, chat: Chat, person: Person): Record<string, unknown> {
	const avatar = (size: string) => `${origin}/image/avatar/${size}/${person.id}.png`;
	const page = `https://avito.ru/user/${person.id.toString(16).padStart(32, '0')}/profile`;
	const itemPart =
		chat.item_id === null
			? ''
			: `?id=${chat.item_id}&iid=${chat.item_id}&src=messenger&page_from=from_item_messenger`;
	return {
		id: person.id,
		name: person.name,
		...(settings.observed_fields ? { parsing_allowed: person.id !== chat.account_id } : {}),
		public_user_profile: {
			user_id: person.id,
			...(chat.item_id === null ? {} : { item_id: chat.item_id }),
			url: page + itemPart,
			avatar: {
				default: avatar('256x256'),
				images: Object.fromEntries(avatarSizes.map((size) => [size, avatar(size)])),
			},
		},
	};
}

function contextShape({ world, settings, origin }: View, chat: Chat): Record<string, unknown> {
	const item = chat.item_id === null ? undefined : world.items.get(chat.item_id);
	if (item === undefined) {
		return settings.non_item_context === 'absent' ? {} : { context: { type: 'user', value: {} } };
	}
	const value = {
		id: item.id,
		title: item.title,
		user_id: item.user_id,
		status_id: item.status === 'active' ? 4 : 20,
		price_string: priceString(item.price),
		url: itemUrl(item),
		images: { count: 1, ...mainImage(origin, item.id) },
		...(settings.observed_fields ? { location: { title: 'Москва', lat: 55.755814, lon: 37.617635 } } : {}),
	};
	return { context: { type: 'item', value } };
}

/** SEEN: `main` is missing for many ads, though `count` is there. Here for every second one. */
function mainImage(origin: string, itemId: number): Record<string, unknown> {
	return itemId % 2 === 0 ? {} : { main: { '140x105': `${origin}/image/item/140x105/${itemId}.jpg` } };
}

function lastMessageShape(
	{ settings }: View,
	chat: Chat,
	message: Message,
	paid: boolean,
): Record<string, unknown> {
	const hidden = !paid;
	return {
		id: message.id,
		author_id: message.author_id,
		created: message.created,
		type: hidden ? 'text' : message.type,
		direction: hidden ? 'in' : direction(chat, message),
		content: hidden ? { text: placeholderText } : message.content,
		...(settings.observed_fields ? { delivered: message.created } : {}),
		...(settings.observed_fields && message.read !== null ? { read: message.read } : {}),
	};
}

/** A member of getChatsV2's `chats`, and the whole answer of getChatByIdV2. */
export function chatShape(view: View, chat: Chat, account: Account): Record<string, unknown> {
	const last = chat.messages.at(-1);
	const partner = view.world.person(chat.partner_id);
	// Captures show both orders (own account first, partner first): clients must not rely on one.
	const users = chat.rank % 2 === 0 ? [account, partner] : [partner, account];
	return {
		id: chat.id,
		...contextShape(view, chat),
		created: chat.created,
		updated: chat.updated,
		users: users.map((person) => userShape(view, chat, person)),
		...(last === undefined ? {} : { last_message: lastMessageShape(view, chat, last, account.subscription) }),
	};
}

/** A member of getMessagesV3's list. `read` is the time the other side read it: null on what others wrote. */
export function messageShape(chat: Chat, message: Message): Record<string, unknown> {
	const out = direction(chat, message) === 'out';
	const quoted = chat.messages.find(({ id }) => id === message.quote_id);
	return {
		id: message.id,
		author_id: message.author_id,
		created: message.created,
		type: message.type,
		direction: out ? 'out' : 'in',
		content: message.content,
		is_read: out || message.read !== null,
		read: out ? message.read : null,
		...(quoted === undefined
			? {}
			: {
					quote: {
						id: quoted.id,
						author_id: quoted.author_id,
						created: quoted.created,
						type: quoted.type,
						content: quoted.content,
					},
				}),
	};
}

/** The answer of postSendMessage and postSendImageMessage; `author_id` is documented for images only. */
export function sentShape(message: Message, withAuthor: boolean): Record<string, unknown> {
	return {
		id: message.id,
		...(withAuthor ? { author_id: message.author_id } : {}),
		created: message.created,
		direction: 'out',
		type: message.type,
		content: message.content,
	};
}

/** `payload.value` of a v3 webhook. */
export function eventValue({ settings }: View, chat: Chat, message: Message): Record<string, unknown> {
	const noItem = { null: { item_id: null }, zero: { item_id: 0 }, absent: {} }[settings.non_item_id];
	return {
		id: message.id,
		chat_id: chat.id,
		user_id: chat.account_id,
		author_id: message.author_id,
		created: message.created,
		type: message.type,
		chat_type: chat.type,
		content: message.content,
		...(chat.item_id === null ? noItem : { item_id: chat.item_id }),
		...(settings.webhook_published_at
			? { published_at: new Date(message.created * 1000).toISOString().replace('.000Z', 'Z') }
			: {}),
		...(settings.webhook_read ? { read: null } : {}),
	};
}

/** The answer of uploadImages: one image id → its sizes. */
export function uploadShape(origin: string, imageId: string, name: string): Record<string, unknown> {
	return { [imageId]: sizesOf(origin, name) };
}
