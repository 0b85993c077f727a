import { asJson } from '../account';
import { getBalance, getSelf } from '../api/account';
import { command, nothing, requestContext } from './shared';

/** Own account. The own number is never shown whole. */
export const accountGetSelf = command({
	permission: 'read',
	effect: 'read',
	input: nothing,
	async run(account, _input, context) {
		const { value } = await getSelf(account.session, requestContext(context));
		return {
			items: [
				{
					id: value.id,
					name: value.name ?? '',
					email: value.email ?? null,
					phone_masked: maskPhone(value.phone),
					phone_hash: account.account.phone_hash,
					profile_url: value.profile_url ?? null,
				},
			],
		};
	},
});

/** Wallet in roubles. */
export const accountGetBalance = command({
	permission: 'read',
	effect: 'read',
	input: nothing,
	async run(account, _input, context) {
		return { items: [asJson(await getBalance(account, requestContext(context)))] };
	},
});

/** A new token, for the rare case that Avito has ended the old one without saying so. It is never shown. */
export const accountRefreshToken = command({
	permission: 'read',
	effect: 'change',
	input: nothing,
	async run(account, _input, context) {
		await account.session.renewToken(context.signal);
		return { items: [{ refreshed: true }] };
	},
});

/** First and last two digits: enough to recognise one's own number, useless to anybody else. */
export function maskPhone(phone: string | null | undefined): string | null {
	const digits = (phone ?? '').replace(/\D/g, '');
	return digits.length < 6
		? null
		: `+${digits.slice(0, 1)}${'*'.repeat(digits.length - 3)}${digits.slice(-2)}`;
}
