import { expect, test } from 'vitest';
import { z } from '#lib/zod';
import type { CommandSpec } from '../../../src/contract';
import { parseInput } from '../../../src/pool/policy/parse-input';

const id = z
	.union([z.string(), z.number().int()])
	.transform(String)
	.pipe(z.string().regex(/^\d+$/, 'must be a number'));
const input = z.object({
	userIds: z.union([z.array(id).min(1), id.transform((one) => [one])]).optional(),
	name: z.string().min(1).optional(),
	count: z.number().min(1).optional(),
});
const spec = { input } as unknown as CommandSpec<unknown, unknown>;

test.each([
	[{ userIds: [] }, 'userIds: is empty'],
	[{ userIds: ['12', 'Anna'] }, 'userIds.1: must be a number'],
	[{ userIds: 'Anna' }, 'userIds: must be a number'],
	[{ name: '' }, 'name: is empty'],
	[{ count: 0 }, /^count: Too small/],
])('what is wrong with %j is said in words', (value, message) => {
	expect(() => parseInput(spec, value)).toThrow(message);
});
