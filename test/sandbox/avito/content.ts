import { tinyJpeg } from './media/pictures';
import type { World } from './world';

/** The sizes Avito makes of every picture (official samples). */
export const pictureSizes = ['1280x960', '640x480', '140x105', '32x32'] as const;

/** `{ '1280x960': url, … }` for a stored picture. */
export function sizesOf(origin: string, name: string): Record<string, string> {
	return Object.fromEntries(pictureSizes.map((size) => [size, `${origin}/image/chat/${size}/${name}`]));
}

/** What Avito puts before the text of its own messages (seen in captures and by five clients). */
export const systemPrefix = '[Системное сообщение] ';

export interface ContentRequest {
	readonly type: string;
	readonly text?: string | undefined;
	readonly itemTitle?: string | undefined;
	readonly accountId: number;
}

/**
 * A believable `content` for a message type; the member that matches the type is filled and no other.
 * Types without documented content (`deleted`, `file`, `video`, `appCall`) and unknown ones get `{}`.
 */
export function contentFor(world: World, origin: string, request: ContentRequest): Record<string, unknown> {
	const { type, text, accountId } = request;
	switch (type) {
		case 'text':
			return { text: text ?? 'Здравствуйте, ещё актуально?' };
		case 'system':
			return { text: systemPrefix + (text ?? 'Покупатель откликнулся на вакансию'), flow_id: 'job' };
		case 'image': {
			const name = `${world.random.hex(24)}.jpg`;
			world.pictures.set(name, { bytes: tinyJpeg, type: 'image/jpeg' });
			return { image: { sizes: sizesOf(origin, name) } };
		}
		case 'voice': {
			const voiceId = world.random.uuid();
			world.voices.set(voiceId, accountId);
			return { voice: { voice_id: voiceId } };
		}
		case 'link': {
			const url = 'https://example.org/catalogue';
			const images = { '140x105': `${origin}/image/chat/140x105/preview.jpg` };
			const preview = {
				title: 'Каталог',
				description: 'Товары и услуги',
				domain: 'example.org',
				url,
				images,
			};
			return { link: { text: text ?? url, url, preview } };
		}
		case 'item': {
			const title = request.itemTitle ?? 'Ремонт телефонов';
			return {
				item: {
					title,
					item_url: 'https://avito.ru/moskva/predlozheniya_uslug/remont_telefonov_7700000001',
					image_url: `${origin}/image/chat/140x105/preview.jpg`,
					price_string: '1\u00a0500\u00a0₽',
				},
			};
		}
		case 'location':
			return {
				location: {
					kind: 'house',
					lat: 55.599799,
					lon: 37.603954,
					title: 'Москва, Варшавское шоссе, 122',
					text: text ?? 'Москва, Варшавское шоссе, 122',
				},
			};
		case 'call':
			return { call: { status: 'missed', target_user_id: accountId } };
		default:
			return {};
	}
}
