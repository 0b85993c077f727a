import { z } from '#lib/zod';
import { invalidParameter } from '../../../contract';
import { inputUser } from '../peers/peer';
import { isTlObject, text as textOf, type TlObject } from '../tl';
import { sendingFields, sendingFlags, sends, sendTo } from './sending';
import { chatRef, command, peerOf } from './shared';

/** A point on the map; with a title and an address a place. */
export const messageSendLocation = command({
	...sends,
	input: z.strictObject({
		latitude: z.number().min(-90).max(90),
		longitude: z.number().min(-180).max(180),
		/** metres */
		accuracy: z.number().min(0).max(1500).optional(),
		title: z.string().trim().optional(),
		address: z.string().trim().optional(),
		...sendingFields,
	}),
	run(account, input, context) {
		const { latitude: lat, longitude: long, accuracy, title, address } = input;
		if ((title === undefined) !== (address === undefined))
			throw invalidParameter(title === undefined ? 'title' : 'address', 'a place has a title and an address');
		const point = {
			_: 'inputGeoPoint',
			lat,
			long,
			...(accuracy === undefined ? {} : { accuracy_radius: Math.round(accuracy) }),
		};
		const media =
			title === undefined
				? { _: 'inputMediaGeoPoint', geo_point: point }
				: {
						_: 'inputMediaVenue',
						geo_point: point,
						title,
						address: address ?? '',
						provider: '',
						venue_id: '',
						venue_type: '',
					};
		return sendTo(account, input, context, 'sendMessageGeoLocationAction', (to) => [
			{ request: mediaRequest(to.input, media, sendingFlags(input)) },
		]);
	},
});

/** A person's card: somebody this account knows, or a number with a name. */
export const messageSendContact = command({
	...sends,
	input: z.strictObject({
		/** whose card; the number is sent as far as this account sees it */
		contactId: chatRef.optional(),
		phone: z.string().trim().optional(),
		firstName: z.string().trim().optional(),
		lastName: z.string().trim().default(''),
		vcard: z.string().default(''),
		...sendingFields,
	}),
	async run(account, input, context) {
		const card = { phone: input.phone, firstName: input.firstName, lastName: input.lastName };
		if (input.contactId !== undefined) {
			const { peer } = await peerOf(account, input.contactId, context, { field: 'contactId' });
			if (peer.type !== 'user') throw invalidParameter('contactId', 'is not a person');
			const users = await account.connection.call(
				{ _: 'users.getUsers', id: [inputUser(peer, account.userId)] },
				{ signal: context.signal },
			);
			const user = Array.isArray(users) && isTlObject(users[0]) ? users[0] : { _: '' };
			card.phone ??= textOf(user, 'phone') === '' ? undefined : `+${textOf(user, 'phone')}`;
			card.firstName ??= textOf(user, 'first_name') || undefined;
			card.lastName ||= textOf(user, 'last_name');
		}
		if (card.phone === undefined || card.phone === '')
			throw invalidParameter('phone', 'is needed', 'Telegram sends a card only with a number.');
		const media = {
			_: 'inputMediaContact',
			phone_number: card.phone,
			first_name: card.firstName ?? card.phone,
			last_name: card.lastName,
			vcard: input.vcard,
		};
		return sendTo(account, input, context, 'sendMessageChooseContactAction', (to) => [
			{ request: mediaRequest(to.input, media, sendingFlags(input)) },
		]);
	},
});

function mediaRequest(peer: TlObject, media: TlObject, flags: Record<string, TlObject[string]>): TlObject {
	return { ...flags, _: 'messages.sendMedia', peer, message: '', media };
}
