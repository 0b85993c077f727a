import type { JsonObject } from '../../../contract';
import { ratingSchema, reviewAnswerSchema, reviewPageSchema } from '../schemas/account';
import { parseAnswer } from '../schemas/parse';
import { segment, type Caller, type RequestContext } from './caller';

/** Reviews come at most 50 at a time (OpenAPI: ratings). */
export const REVIEW_PAGE = 50;

/** `GET /ratings/v1/reviews`; both parameters are required. */
export async function listReviews(
	caller: Caller,
	page: { offset: number; limit: number },
	context: RequestContext,
): Promise<{ reviews: JsonObject[]; total: number | null }> {
	const json = await caller.session.requestJson(
		{ method: 'GET', path: '/ratings/v1/reviews', query: page, repeatable: true },
		context,
	);
	const { reviews, total } = parseAnswer(reviewPageSchema, json, 'reviews');
	return { reviews: reviews as JsonObject[], total: total ?? null };
}

/** `POST /ratings/v1/answers`; the answer goes through Avito's moderation. Not repeated by itself. */
export async function answerReview(
	caller: Caller,
	answer: { reviewId: string; message: string },
	context: RequestContext,
): Promise<{ id: string; createdAt: number | null }> {
	const json = await caller.session.requestJson(
		{
			method: 'POST',
			path: '/ratings/v1/answers',
			json: { reviewId: Number(answer.reviewId), message: answer.message },
			repeatable: false,
			notFound: 'message_not_found',
		},
		context,
	);
	const { id, createdAt } = parseAnswer(reviewAnswerSchema, json, 'answer to a review');
	return { id, createdAt: createdAt ?? null };
}

/** `DELETE /ratings/v1/answers/{answer_id}` → `{success: true}` */
export async function deleteReviewAnswer(
	caller: Caller,
	answerId: string,
	context: RequestContext,
): Promise<void> {
	await caller.session.request(
		{
			method: 'DELETE',
			path: `/ratings/v1/answers/${segment(answerId)}`,
			repeatable: false,
			notFound: 'message_not_found',
		},
		context,
	);
}

/** `GET /ratings/v1/info` → `{isEnabled, rating: {score, reviewsCount, reviewsWithScoreCount} | null}` */
export async function getRating(caller: Caller, context: RequestContext): Promise<JsonObject> {
	const json = await caller.session.requestJson(
		{ method: 'GET', path: '/ratings/v1/info', repeatable: true },
		context,
	);
	return parseAnswer(ratingSchema, json, 'rating') as JsonObject;
}
