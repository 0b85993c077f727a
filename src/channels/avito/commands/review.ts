import { z } from '#lib/zod';
import type { Json, JsonObject } from '../../../contract';
import { answerReview, deleteReviewAnswer, getRating, listReviews, REVIEW_PAGE } from '../api/reviews';
import {
	command,
	detail,
	idText,
	limit,
	LONG_TIMEOUT_MS,
	nothing,
	numericId,
	postOnce,
	requestContext,
	text,
	type Detail,
} from './shared';
import { plainItem } from './shapes';

/** Reviews of the account, newest first. */
export const reviewGetMany = command({
	permission: 'read',
	effect: 'read',
	timeoutMs: LONG_TIMEOUT_MS,
	input: z.strictObject({ limit, ...detail }),
	async run(account, input, context) {
		const items: JsonObject[] = [];
		while (items.length < (input.limit ?? Infinity)) {
			const page = Math.min(REVIEW_PAGE, (input.limit ?? Infinity) - items.length);
			const { reviews, total } = await listReviews(
				account,
				{ offset: items.length, limit: page },
				requestContext(context),
			);
			items.push(...reviews);
			if (reviews.length === 0 || (total === null ? reviews.length < page : items.length >= total)) break;
		}
		return { items: items.map((review) => reviewItem(review, input)) };
	},
});

/** A public answer; Avito moderates it first. */
export const reviewAnswer = command({
	permission: 'send',
	effect: 'send',
	input: z.strictObject({ reviewId: numericId, message: text }),
	async run(account, input, context) {
		const { id, createdAt } = await postOnce(context, (request) => answerReview(account, input, request));
		return {
			items: [{ id, review_id: input.reviewId, created: createdAt === null ? null : iso(createdAt) }],
		};
	},
});

export const reviewDeleteAnswer = command({
	permission: 'delete',
	effect: 'change',
	input: z.strictObject({ answerId: numericId }),
	async run(account, { answerId }, context) {
		await deleteReviewAnswer(account, answerId, requestContext(context));
		return { items: [{ deleted: true }] };
	},
});

/** `{ enabled, score, reviews, reviews_with_score }` */
export const reviewGetRating = command({
	permission: 'read',
	effect: 'read',
	input: nothing,
	async run(account, _input, context) {
		const answer = await getRating(account, requestContext(context));
		const rating = objectOf(answer['rating']);
		return {
			items: [
				{
					enabled: answer['isEnabled'] ?? null,
					score: rating['score'] ?? null,
					reviews: rating['reviewsCount'] ?? null,
					reviews_with_score: rating['reviewsWithScoreCount'] ?? null,
				},
			],
		};
	},
});

function reviewItem(review: JsonObject, detail: Detail): JsonObject {
	const { id, score, stage, text: words, createdAt, canAnswer, answer } = review;
	const ad = objectOf(review['item']);
	const picked = {
		id: idText(id),
		score: score ?? null,
		stage: stage ?? null,
		text: words ?? '',
		created: typeof createdAt === 'number' ? iso(createdAt) : null,
		can_answer: canAnswer ?? null,
		client_name: objectOf(review['sender'])['name'] ?? '',
		ad_id: idText(ad['id']) || null,
		ad_title: ad['title'] ?? null,
		answer: answer ?? null,
	};
	return plainItem(picked, review, detail);
}

function objectOf(value: Json | undefined): JsonObject {
	return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
}

function iso(seconds: number): string {
	return new Date(seconds * 1000).toISOString();
}
