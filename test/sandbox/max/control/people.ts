import { z } from '#lib/zod';
import { command } from '../../shared';
import { push, pushToUser } from '../core/fanout';
import type { World } from '../core/world';
import { demoSession } from '../demo';
import type { DemoSession } from '../demo';
import { announcePresence } from '../handlers/session';
import { createUser, endSession, listContact } from '../state/users';
import { viewProfile, viewUser } from '../state/views';
import { userOf, userRef } from './refs';

/** People, their sessions and logins; also the person's hands: reading an SMS, scanning a QR picture. */
export function peopleCommands(world: World) {
	return {
		addAccount: command({
			about: 'a new user; with a phone it can log in, and contacts of `knows` see it',
			input: z.object({
				firstName: z.string(),
				lastName: z.string().optional(),
				phone: z.string().optional(),
				password: z.string().optional(),
				hint: z.string().optional(),
				link: z.string().optional(),
				options: z.array(z.string()).optional(),
				id: z.string().optional(),
			}),
			run: ({ id, ...rest }): { id: string } => {
				const user = createUser(world, { ...rest, id: id === undefined ? undefined : BigInt(id) });
				return { id: user.id.toString() };
			},
		}),
		addSession: command({
			about: 'a session that was logged in earlier: its token, device id and device type',
			input: z.object({
				account: userRef,
				deviceType: z.enum(['WEB', 'ANDROID', 'IOS', 'DESKTOP']).default('WEB'),
			}),
			run: ({ account, deviceType }): DemoSession => demoSession(world, userOf(world, account), deviceType),
		}),
		setAccount: command({
			about:
				'changes an account: names, 2FA password (null removes it), banned (an error key), restricted; pushes 159 and 131',
			input: z.object({
				account: userRef,
				firstName: z.string().optional(),
				lastName: z.string().optional(),
				description: z.string().optional(),
				password: z.string().nullable().optional(),
				banned: z.string().nullable().optional(),
				restricted: z.boolean().optional(),
				settings: z.record(z.string(), z.union([z.string(), z.boolean(), z.number()])).optional(),
			}),
			run: ({ account, password, banned, settings, ...plain }): void => {
				const user = userOf(world, account);
				for (const [name, value] of Object.entries(plain)) {
					if (value !== undefined) Object.assign(user, { [name]: value });
				}
				if (password !== undefined) user.password = password ?? undefined;
				if (banned !== undefined) user.banned = banned ?? undefined;
				Object.assign(user.settings, settings);
				user.updated = world.now();
				pushToUser(world, user, push.profile, (conn) => ({ profile: viewProfile(conn, user) }));
				for (const other of world.users.values()) {
					if (other.contacts.get(user.id)?.listed !== true) continue;
					pushToUser(world, other, push.contact, (conn) => ({ contact: viewUser(conn, other, user) }));
				}
			},
		}),
		contact: command({
			about: "puts a user into somebody's contact list (or blocks, renames, removes)",
			input: z.object({
				owner: userRef,
				user: userRef,
				listed: z.boolean().default(true),
				blocked: z.boolean().default(false),
				firstName: z.string().optional(),
			}),
			run: ({ owner, user, listed, blocked, firstName }): void => {
				const entry = listContact(world, userOf(world, owner), userOf(world, user).id);
				Object.assign(entry, { listed, blocked, updated: world.now() });
				if (firstName !== undefined) entry.firstName = firstName;
			},
		}),
		lastCode: command({
			about: 'the newest code delivered to a phone; nothing when none was (e.g. without a fingerprint)',
			read: true,
			input: z.object({ phone: z.string() }),
			run: ({ phone }): { code: string | null } => ({
				code: world.lastCodes.get(phone.replace(/^ /, '+')) ?? null,
			}),
		}),
		scanQr: command({
			about: 'the phone of an account scans a QR picture and approves it',
			input: z.object({ account: userRef, link: z.string().optional(), trackId: z.string().optional() }),
			run: ({ account, link, trackId }): void => {
				const all = [...world.qrLogins.values()];
				const qr = all.find((one) => (link === undefined ? one.trackId === trackId : one.link === link));
				if (qr === undefined || qr.expires < world.now()) throw new Error('no such QR picture any more');
				qr.approvedBy = userOf(world, account).id;
			},
		}),
		forceLogout: command({
			about: 'ends sessions of an account: push 20, close, token dead (all, or the one of `token`)',
			input: z.object({
				account: userRef,
				token: z.string().optional(),
				key: z.string().default('login.token'),
				message: z.string().default('FAIL_LOGIN_TOKEN'),
				/** false: the token dies without push 20. */
				tell: z.boolean().default(true),
			}),
			run: ({ account, token, key, message, tell }): { ended: number } => {
				const { id } = userOf(world, account);
				const ending = world.sessions.filter(
					(one) =>
						one.userId === id &&
						one.ended === undefined &&
						(token === undefined || one.tokens.includes(token)),
				);
				for (const session of ending) endSession(world, session, key, message, tell);
				return { ended: ending.length };
			},
		}),
		rotateToken: command({
			about: "the next LOGIN of an account's sessions gets a new token",
			input: z.object({ account: userRef }),
			run: ({ account }): void => {
				const { id } = userOf(world, account);
				for (const session of world.sessions) if (session.userId === id) session.rotateNext = true;
			},
		}),
		presence: command({
			about: 'tells everybody who knows the user that the user was just seen (132)',
			input: z.object({ account: userRef }),
			run: ({ account }): void => {
				const user = userOf(world, account);
				user.lastSeen = world.now();
				announcePresence({ world }, user);
			},
		}),
	};
}
