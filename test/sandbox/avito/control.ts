import { z } from '#lib/zod';
import { AdvanceableClock, command } from '../shared';
import type { Core } from './core';
import { webhookPlanPatchSchema, webhookPlanSchema } from './deliveries';
import { faultModes, faultSchema } from './faults';
import { conversationCommands } from './control/conversation';
import { accountCommands } from './control/accounts';
import { observationCommands } from './control/observation';
import { outageSchema, type Outage } from './outage';
import { settingsPatchSchema, settingsSchema } from './settings';

const none = z.strictObject({});

/** Everything a test or a person can do to the Avito sandbox. */
export function avitoCommands(core: Core, outage: Outage) {
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
			input: outageSchema,
			run: (input) => outage.set(input),
		}),
		reset: command({
			about: 'back to the beginning: demo accounts, default settings, nothing recorded, reachable',
			input: none,
			run: async () => {
				core.reset();
				await outage.set({ seconds: 0, webhooks: 'continue' });
				await core.deliveries.idle();
				core.listener.resetCounts();
			},
		}),
	};
}
