import { Readable } from 'node:stream';
import type { AccountConfig, ChannelDriver, CommandTable, OpenAccount } from '../../../src/contract';
import { clientMessage } from '../../support/event';

/**
 * A messenger without a network: what is left when it is called is what pool, Redis and the way between processes cost.
 * Its events are made by whichever process reads, `eventEveryMs` apart.
 */
export interface PlainCredential {
	account: string;
	/** 0 = it has no events */
	eventEveryMs: number;
}

const PIECE = Buffer.alloc(64 * 1024, 7);

const commands: CommandTable<PlainCredential> = {
	'account.getSelf': {
		permission: 'read',
		effect: 'read',
		input: { parse: (value) => value },
		run: (account) => Promise.resolve({ items: [{ id: account.account, name: 'somebody', kind: 'person' }] }),
	},
	'file.download': {
		permission: 'read',
		effect: 'read',
		input: { parse: (value) => value as { bytes: number } },
		run: (_account, { bytes }: { bytes: number }) => {
			const pieces = Array.from({ length: Math.ceil(bytes / PIECE.length) }, () => PIECE);
			const stream = Readable.from(pieces, { objectMode: false });
			const media = [{ stream, fileName: 'file', mimeType: 'application/octet-stream', size: bytes }];
			return Promise.resolve({ items: [{ bytes }], media });
		},
	},
};

export const plainDriver: ChannelDriver<PlainCredential> = {
	channel: 'max',
	commands,
	buckets: {},
	configure(data): AccountConfig {
		const credential = data as PlainCredential;
		return {
			channel: 'max',
			session: `max:plain:${credential.account}`,
			settingsHash: 'one',
			label: credential.account,
			policy: {
				permissions: ['read', 'send', 'delete', 'account'],
				allowedChats: [],
				budget: { points: 1_000_000, windowMs: 60_000, chatGapMs: 0 },
				firstContactsPerDay: 1_000,
				loopLimit: 0,
				loopWindowMs: 60_000,
				allowDangerousRaw: false,
			},
			sealingSecret: 'of a messenger that keeps no secrets',
			settings: credential,
			shownSettings: {},
		};
	},
	open(config, { clock, random }) {
		const credential = config.settings as PlainCredential;
		const account = `max:${credential.account}`;
		const opened: OpenAccount<PlainCredential> = {
			accountId: account,
			profile: { id: credential.account, name: 'somebody', username: null, phone: null, phoneHash: null },
			account: credential,
			startReading(journal) {
				let ended = false;
				let cancel = (): void => undefined;
				const next = (): void => {
					if (ended || credential.eventEveryMs === 0) return;
					cancel = clock.after(credential.eventEveryMs, () => {
						const event = clientMessage(`${account}:${random.hex(8)}`, {
							channel: 'max',
							account: { id: account, label: credential.account, phone_hash: null },
						});
						journal
							.append([{ event, at: clock.now(), recovered: false }], { at: clock.now() })
							.catch(() => undefined)
							.then(next, next);
					});
				};
				next();
				return {
					live: Promise.resolve(),
					stop: () => {
						ended = true;
						cancel();
						return Promise.resolve();
					},
				};
			},
			status: () => ({ state: 'live', reconnects: 0, inFlight: 0 }),
			close: () => Promise.resolve(),
		};
		return Promise.resolve(opened);
	},
	test: () => Promise.resolve({ message: 'There is nothing to test' }),
};
