import { z } from '#lib/zod';
import { errorAnswer, ok, ratingsErrorAnswer, Refusal, type Answer } from '../answer';
import { type AuthorisedExchange, type Operation } from '../operation';
import type { Core } from '../core';
import type { Review } from '../world';

function refuseRatings(message: string): never {
	throw new Refusal(ratingsErrorAnswer(message));
}

function requiredInt(query: URLSearchParams, name: string, min: number, max: number): number {
	const text = query.get(name);
	if (text === null) refuseRatings(`Field \`${name}\` is required`);
	if (!/^-?\d+$/.test(text)) refuseRatings(`Field \`${name}\` is not integer`);
	const value = Number(text);
	if (value < min || value > max) refuseRatings(`Field \`${name}\` must be between ${min} and ${max}`);
	return value;
}

function getRatingsInfo({ account }: AuthorisedExchange): Answer {
	const { reviews } = account;
	const sum = reviews.reduce((total, { score }) => total + score, 0);
	const score = Math.round((sum / reviews.length) * 10) / 10;
	const counts = { reviewsCount: reviews.length, reviewsWithScoreCount: reviews.length };
	return ok({ isEnabled: true, rating: reviews.length === 0 ? null : { score, ...counts } });
}

function reviewShape(core: Core, review: Review): Record<string, unknown> {
	const item = review.item_id === null ? undefined : core.world.items.get(review.item_id);
	return {
		id: review.id,
		score: review.score,
		stage: review.stage,
		text: review.text,
		createdAt: review.createdAt,
		usedInScore: true,
		canAnswer: review.answer === null,
		sender: review.sender === null ? null : { name: review.sender },
		item: item === undefined ? null : { id: item.id, title: item.title },
		images: [
			{ number: 1, sizes: [{ size: '100x100', url: `${core.origin}/image/item/100x100/${review.id}.jpg` }] },
		],
		answer: review.answer === null ? null : { ...review.answer, reject_reasons: [] },
		extraParams: {},
	};
}

function getReviews({ core, account, query }: AuthorisedExchange): Answer {
	const offset = requiredInt(query, 'offset', 0, Number.MAX_SAFE_INTEGER);
	const limit = requiredInt(query, 'limit', 1, 50);
	const page = account.reviews.slice(offset, offset + limit);
	return ok({ total: account.reviews.length, reviews: page.map((review) => reviewShape(core, review)) });
}

const answerSchema = z.object({ reviewId: z.int(), message: z.string().min(1) });

function parseAnswer(body: Buffer): z.output<typeof answerSchema> {
	let value: unknown;
	try {
		value = JSON.parse(body.toString());
	} catch {
		refuseRatings('Request body is not valid JSON');
	}
	const parsed = answerSchema.safeParse(value);
	if (parsed.success) return parsed.data;
	refuseRatings(`Field \`${parsed.error.issues[0]?.path.join('.') ?? 'body'}\` is invalid`);
}

function createReviewAnswer({ core, account, body }: AuthorisedExchange): Answer {
	const { reviewId, message } = parseAnswer(body);
	const review = account.reviews.find(({ id }) => id === reviewId);
	if (review === undefined) return errorAnswer(404);
	if (review.answer !== null) return errorAnswer(403, 'review is already answered');
	const id = 1_000_000 + core.world.random.below(9_000_000);
	review.answer = { id, text: message, status: 'moderation', createdAt: core.world.seconds() };
	return ok({ id, createdAt: review.answer.createdAt });
}

function removeReviewAnswer({ account, params }: AuthorisedExchange): Answer {
	const review = account.reviews.find(({ answer }) => String(answer?.id) === params['answer_id']);
	if (review === undefined) return errorAnswer(404);
	review.answer = null;
	return ok({ success: true });
}

const read = 'ratings:read';
const write = 'ratings:write';

export const ratingOperations: readonly Operation[] = [
	{ id: 'getRatingsInfoV1', method: 'GET', path: '/ratings/v1/info', scope: read, run: getRatingsInfo },
	{ id: 'getReviewsV1', method: 'GET', path: '/ratings/v1/reviews', scope: read, run: getReviews },
	{
		id: 'createReviewAnswerV1',
		method: 'POST',
		path: '/ratings/v1/answers',
		scope: write,
		run: createReviewAnswer,
	},
	{
		id: 'removeReviewAnswerV1',
		method: 'DELETE',
		path: '/ratings/v1/answers/{answer_id}',
		scope: write,
		run: removeReviewAnswer,
	},
];
