import { z } from '#lib/zod';
import { AdvanceableClock, command, type Listener } from '../shared';
import type { Core } from './core';
import { webhookPlanPatchSchema, webhookPlanSchema } from './deliveries';
import { faultModes, faultSchema } from './faults';
import { conversationCommands } from './control/conversation';
import { accountCommands } from './control/accounts';
import { observationCommands } from './control/observation';
import { settingsPatchSchema, settingsSchema } from './settings';

const none = z.strictObject({});

/** Everything a test or a person can do to the Avito sandbox. */
export function avitoCommands(core: Core, listener: () => Listener) {
	let comeBack: (() => void) | undefined;

	async function unreachable({
		seconds,
		webhooks,
	}: z.output<typeof unreachableSchema>): Promise<{ until: number | null }> {
		comeBack?.();
		comeBack = undefined;
		const back = async () => {
			if (webhooks === 'hold') core.deliveries.plan = { ...core.deliveries.plan, paused: false };
			core.deliveries.pump();
			await listener().start();
		};
		if (seconds === 0) {
			await back();
			return { until: null };
		}
		if (webhooks === 'hold') core.deliveries.plan = { ...core.deliveries.plan, paused: true };
		await listener().stop();
		if (seconds === undefined) return { until: null };
		comeBack = core.clock.setTimer(seconds * 1000, () => void back());
		return { until: core.clock.now() + seconds * 1000 };
	}

	return {
		...conversationCommands(core),
		...accountCommands(core),
		...observationCommands(core),
		mode: command({
			about: 'lets requests go wrong, or right again with mode "ok" (all faults, or those of one scope)',
			input: z.union([faultSchema, z.strictObject({ mode: z.literal('ok'), scope: z.string().optional() })]),
			run: (input) => {
				if (input.mode === 'ok') core.faults.clear(input.scope);
				else core.faults.add(input);
				return { faults: core.faults.list, modes: faultModes };
			},
		}),
		settings: command({
			about: 'changes the switches for what Avito leaves undocumented; answers with all of them',
			input: settingsPatchSchema,
			run: (patch) => {
				core.settings = settingsSchema.parse({ ...core.settings, ...patch });
				return core.settings;
			},
		}),
		webhooks: command({
			about: 'changes how webhooks travel: drop, duplicate, delay, reorder, retry, signature',
			input: webhookPlanPatchSchema,
			run: (patch) => {
				core.deliveries.plan = webhookPlanSchema.parse({ ...core.deliveries.plan, ...patch });
				core.deliveries.pump();
				return core.deliveries.plan;
			},
		}),
		clock: command({
			about: 'moves the clock forward, stops it or lets it run; answers with the time',
			input: z.strictObject({
				advance_seconds: z.coerce.number().nonnegative().optional(),
				state: z.enum(['running', 'stopped']).optional(),
			}),
			run: ({ advance_seconds, state }) => {
				const { clock } = core;
				if (state !== undefined) {
					if (!(clock instanceof AdvanceableClock)) throw new Error('this clock belongs to somebody else');
					if (state === 'running') clock.run();
					else clock.stop();
				}
				if (advance_seconds !== undefined) {
					if (clock.advance === undefined) throw new Error('this clock belongs to somebody else');
					clock.advance(advance_seconds * 1000);
				}
				return { now: clock.now(), iso: new Date(clock.now()).toISOString() };
			},
		}),
		unreachable: command({
			about: 'refuses connections for some seconds, or until seconds: 0; same port afterwards',
			input: unreachableSchema,
			run: unreachable,
		}),
		reset: command({
			about: 'back to the beginning: demo accounts, default settings, nothing recorded, reachable',
			input: none,
			run: async () => {
				await unreachable({ seconds: 0, webhooks: 'continue' });
				core.reset();
				listener().resetCounts();
			},
		}),
	};
}

const unreachableSchema = z.strictObject({
	/** Absent: until called with 0. */
	seconds: z.coerce.number().nonnegative().optional(),
	/** Whether events still reach the subscribers meanwhile, or are held back until it is over. */
	webhooks: z.enum(['continue', 'hold']).default('continue'),
});
