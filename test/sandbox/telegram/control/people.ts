import { z } from '#lib/zod';
import { command } from '../../shared';
import { recordPassword } from '../crypto/srp';
import { acceptToken, endLogin } from '../rpc/auth';
import { addMember, createChannel, createGroup, makeInvite, removeMember } from '../state/chats';
import { Delivery } from '../state/delivery';
import { post } from '../state/messages';
import { byPhone, createPerson } from '../state/people';
import type { World } from '../state/world';
import { idText, peerFor, peerRef, personFor, userRef } from './refs';

/** A login of an account, as the account's list of sessions shows it. */
export interface LoginView {
	readonly authKey: string;
	readonly dc: number;
	readonly hash: string;
	readonly layer: number;
	readonly device: string | undefined;
	readonly duplicated: boolean;
	/** Connections that are open now and used this key. */
	readonly connections: readonly number[];
}

/** People, chats, logins. */
export function peopleCommands(world: World) {
	return {
		createUser: command({
			about: 'a new person; with a phone it can log in',
			input: z.object({
				id: idText.optional(),
				phone: z.string().optional(),
				firstName: z.string(),
				lastName: z.string().optional(),
				username: z.string().optional(),
				bot: z.boolean().optional(),
				dc: z.number().int().default(2),
				password: z.string().optional(),
				hint: z.string().optional(),
			}),
			run: ({ dc, phone, ...given }): { id: string } => {
				const digits = phone?.replace(/\D/g, '');
				return { id: createPerson(world, { ...given, phone: digits, homeDc: dc }).id.toString() };
			},
		}),
		createChat: command({
			about: 'a basic group, supergroup or channel with members; returns its marked id and an invite link',
			input: z.object({
				id: idText.optional(),
				owner: userRef,
				kind: z.enum(['group', 'supergroup', 'channel']),
				title: z.string(),
				members: z.array(userRef).default([]),
				username: z.string().optional(),
				forum: z.boolean().default(false),
				/** false: a large channel whose members are not told until they ask. */
				pushes: z.boolean().default(true),
			}),
			run: ({ id, owner, kind, title, members, username, forum, pushes }): { id: string; link: string } => {
				const creator = personFor(world, owner);
				const people = members.map((ref) => personFor(world, ref));
				const chat =
					kind === 'group'
						? createGroup(world, creator, title, id)
						: createChannel(world, creator, {
								id,
								title,
								megagroup: kind === 'supergroup',
								forum,
								username,
								pushes,
							});
				for (const person of people) addMember(world, chat, person, creator.id);
				const users = people.map((person) => person.id);
				const action =
					kind === 'group'
						? { _: 'messageActionChatCreate', title, users }
						: { _: 'messageActionChannelCreate', title };
				const delivery = new Delivery(world);
				post(world, creator, chat.key, { action }, delivery);
				delivery.finish();
				const invite = makeInvite(world, chat, creator.id, { permanent: true });
				return { id: chat.key.toString(), link: `https://t.me/+${invite.hash}` };
			},
		}),
		joinChat: command({
			about: 'somebody joins (added by the creator)',
			input: z.object({ user: userRef, peer: peerRef }),
			run: ({ user, peer }): void => {
				const chat = world.chat(peerFor(world, peer));
				const person = personFor(world, user);
				addMember(world, chat, person, chat.creator);
				const delivery = new Delivery(world);
				const action = { _: 'messageActionChatAddUser', users: [person.id] };
				if (chat.kind === 'group' || chat.megagroup)
					post(world, world.person(chat.creator), chat.key, { action }, delivery);
				if (chat.kind === 'channel') delivery.tell(person, { _: 'updateChannel', channel_id: chat.id });
				delivery.finish();
			},
		}),
		leaveChat: command({
			about: 'somebody leaves, or is removed',
			input: z.object({ user: userRef, peer: peerRef }),
			run: ({ user, peer }): void => {
				const chat = world.chat(peerFor(world, peer));
				const person = personFor(world, user);
				const delivery = new Delivery(world);
				const action = { _: 'messageActionChatDeleteUser', user_id: person.id };
				if (chat.kind === 'group' || chat.megagroup) post(world, person, chat.key, { action }, delivery);
				removeMember(chat, person.id);
				if (chat.kind === 'channel') delivery.tell(person, { _: 'updateChannel', channel_id: chat.id });
				delivery.finish();
			},
		}),
		setChat: command({
			about:
				'changes switches of a channel: pushes (large: false), slowmode seconds, forum, protected content',
			input: z.object({
				peer: peerRef,
				pushes: z.boolean().optional(),
				slowmodeSeconds: z.number().int().optional(),
				noforwards: z.boolean().optional(),
			}),
			run: ({ peer, ...given }): void => {
				const chat = world.chat(peerFor(world, peer));
				for (const [name, value] of Object.entries(given))
					if (value !== undefined) Object.assign(chat, { [name]: value });
			},
		}),
		setUser: command({
			about:
				'changes a person: name, 2FA password (null: none), privacy, Premium, deactivation, a bot’s button answer',
			input: z.object({
				user: userRef,
				firstName: z.string().optional(),
				username: z.string().nullable().optional(),
				password: z.string().nullable().optional(),
				/** Login codes go to this address; '': to the app; null: an address must be set up first. */
				loginEmail: z.string().nullable().optional(),
				hint: z.string().default(''),
				privateInvites: z.boolean().optional(),
				premium: z.boolean().optional(),
				deletedAccount: z.enum(['no', 'deactivated', 'banned']).optional(),
				buttonAnswer: z
					.object({
						message: z.string().optional(),
						alert: z.boolean().optional(),
						url: z.string().optional(),
					})
					.optional(),
			}),
			run: ({
				user,
				firstName,
				username,
				password,
				loginEmail,
				hint,
				privateInvites,
				premium,
				deletedAccount,
				buttonAnswer,
			}): void => {
				const person = personFor(world, user);
				if (firstName !== undefined) person.firstName = firstName;
				if (loginEmail !== undefined) person.loginEmail = loginEmail;
				if (username !== undefined) person.username = username ?? undefined;
				if (password !== undefined)
					person.password = password === null ? undefined : recordPassword(password, hint);
				if (privateInvites !== undefined) person.privateInvites = privateInvites;
				if (premium !== undefined) person.premium = premium;
				if (deletedAccount !== undefined) person.deletedAccount = deletedAccount;
				if (buttonAnswer !== undefined)
					person.buttonAnswer = { _: 'messages.botCallbackAnswer', cache_time: 0, ...buttonAnswer };
			},
		}),
		lastCode: command({
			about: 'the login code last sent to a phone',
			read: true,
			input: z.object({ phone: z.string() }),
			run: ({ phone }): { code: string | undefined } => ({
				code: world.codes.get(phone.replace(/\D/g, ''))?.code,
			}),
		}),
		scanQr: command({
			about: 'the account’s phone scans and accepts a QR login (tg://login?token=… or the token alone)',
			input: z.object({ account: userRef, token: z.string() }),
			run: ({ account, token }): void => {
				const bare = token.replace(/^.*token=/, '');
				acceptToken(world, personFor(world, account), Buffer.from(bare, 'base64url'));
			},
		}),
		logins: command({
			about: 'logins of an account at its home data centre',
			read: true,
			input: z.object({ account: userRef }),
			run: ({ account }): LoginView[] => {
				const person = personFor(world, account);
				return [...world.keysOf(person.id)].map((key) => ({
					authKey: key.hex,
					dc: key.dcId,
					hash: (key.authorization?.hash ?? 0n).toString(),
					layer: key.layer,
					device: key.client?.deviceModel,
					duplicated: key.duplicated,
					connections: [...world.connections]
						.filter((connection) => connection.record.authKeys.includes(key.hex))
						.map((connection) => connection.record.id),
				}));
			},
		}),
		endSessions: command({
			about: 'ends logins of an account: all, or one auth key; their requests then answer with `reason`',
			input: z.object({
				account: userRef,
				authKey: z.string().optional(),
				reason: z
					.enum(['AUTH_KEY_UNREGISTERED', 'SESSION_REVOKED', 'SESSION_EXPIRED', 'AUTH_KEY_INVALID'])
					.default('SESSION_REVOKED'),
			}),
			run: ({ account, authKey, reason }): { ended: number } => {
				const keys = [...world.keysOf(personFor(world, account).id)].filter(
					(key) => authKey === undefined || key.hex === authKey,
				);
				for (const key of keys)
					if (key.authorization !== undefined) endLogin(world, key.authorization, reason);
				return { ended: keys.length };
			},
		}),
		duplicateSessions: command({
			about: 'as if the account’s keys had been used twice at once: AUTH_KEY_DUPLICATED from now on',
			input: z.object({ account: userRef }),
			run: ({ account }): void => {
				for (const key of [...world.keysOf(personFor(world, account).id)]) {
					key.duplicated = true;
					key.authorization = undefined;
				}
			},
		}),
		forgetKeys: command({
			about: 'the data centres forget auth keys of an account, or all: transport error -404',
			input: z.object({ account: userRef.optional() }),
			run: ({ account }): void => {
				const id = account === undefined ? undefined : personFor(world, account).id;
				for (const dc of world.dcs) {
					for (const [keyId, key] of dc.keys) {
						if (id === undefined || key.principal.authorization?.account === id) dc.keys.delete(keyId);
					}
				}
			},
		}),
		expireFileReferences: command({
			about: 'all file references given out so far are refused',
			input: z.object({}),
			run: (): void => {
				for (const file of world.files.values()) file.generation += 1;
			},
		}),
		moveFiles: command({
			about: 'files live in another data centre from now on: FILE_MIGRATE_X elsewhere',
			input: z.object({ dc: z.number().int() }),
			run: ({ dc }): void => {
				for (const file of world.files.values()) file.dcId = dc;
			},
		}),
		accountByPhone: command({
			about: 'the user id behind a phone',
			read: true,
			input: z.object({ phone: z.string() }),
			run: ({ phone }): { id: string | undefined } => ({ id: byPhone(world, phone)?.id.toString() }),
		}),
	};
}
