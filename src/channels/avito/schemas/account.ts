import { z } from '#lib/zod';
import { id, list, maybeNumber, maybeSeconds, maybeText, number, textMap } from './common';

/** `GET /core/v1/accounts/self` */
export const selfSchema = z.looseObject({
	id,
	name: maybeText,
	email: maybeText,
	phone: maybeText,
	profile_url: maybeText,
});
export type AvitoSelf = z.output<typeof selfSchema>;

/** `GET /core/v1/accounts/{user_id}/balance/`: roubles; `real` may be slightly negative. */
export const balanceSchema = z.looseObject({ real: number, bonus: number });

/** `GET /core/v1/items`: no total, the last page is shorter than `per_page`; `meta` tells which one Avito used. */
export const itemPageSchema = z.looseObject({
	meta: z.looseObject({ per_page: maybeNumber }).nullish().catch(null),
	resources: list(z.looseObject({ id })),
});

/** `GET /core/v1/accounts/{user_id}/items/{item_id}/`: no title, price or picture in it. */
export const itemSchema = z.looseObject({ status: maybeText });

/** `GET /ratings/v1/reviews` */
export const reviewPageSchema = z.looseObject({
	total: number.nullish().catch(null),
	reviews: list(z.looseObject({ id })),
});
/** `POST /ratings/v1/answers` */
export const reviewAnswerSchema = z.looseObject({ id, createdAt: maybeSeconds });
/** `GET /ratings/v1/info` */
export const ratingSchema = z.looseObject({
	isEnabled: z.boolean(),
	rating: z.looseObject({}).nullish().catch(null),
});

/** `POST /messenger/v1/subscriptions`: `version` tells the payload format a hook gets. */
export const subscriptionsSchema = z.looseObject({
	subscriptions: list(z.looseObject({ url: maybeText, version: maybeText })),
});
/** `POST …/uploadImages`: one image id → its sizes */
export const uploadSchema = z.record(z.string(), z.unknown());
/** `GET …/getVoiceFiles` */
export const voicesSchema = z.looseObject({ voices_urls: textMap });
