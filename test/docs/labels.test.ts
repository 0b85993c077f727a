import { expect, it } from 'vitest';
import { AvitoApi } from '../../credentials/AvitoApi.credentials';
import { MaxUserApi } from '../../credentials/MaxUserApi.credentials';
import { MessengerAccountsApi } from '../../credentials/MessengerAccountsApi.credentials';
import { MessengerLoginApi } from '../../credentials/MessengerLoginApi.credentials';
import { TelegramUserApi } from '../../credentials/TelegramUserApi.credentials';
import { Avito } from '../../nodes/Avito/Avito.node';
import { AvitoTrigger } from '../../nodes/Avito/AvitoTrigger.node';
import { Max } from '../../nodes/Max/Max.node';
import { MaxTrigger } from '../../nodes/Max/MaxTrigger.node';
import { Messenger } from '../../nodes/Messenger/Messenger.node';
import { MessengerTrigger } from '../../nodes/Messenger/MessengerTrigger.node';
import { MessengerLogin } from '../../nodes/MessengerLogin/MessengerLogin.node';
import { TelegramUser } from '../../nodes/TelegramUser/TelegramUser.node';
import { TelegramUserTrigger } from '../../nodes/TelegramUser/TelegramUserTrigger.node';
import { documents, prose } from './markdown';

/** What n8n itself calls things, and what our login page does. */
const OTHERS = [
	'Continue',
	'Crypto',
	'Execute step',
	'HMAC',
	'HTTP Request',
	'Import from File',
	'On Error',
	'Production URL',
	'RabbitMQ',
	'RabbitMQ Trigger',
	'Respond to Webhook',
	'Retry',
	'Retry On Fail',
	'Send a Message',
	'Stop',
	'Webhook',
	'Start again',
];
/** Headings of the pages themselves and words that are stressed. */
const NO_LABELS = /^(All three: one inbox|Automatic answers|Flood wait|The store|Deletions|Composed:?)$/;

/** Every name that n8n's window shows of these objects. */
function shownBy(value: unknown): string[] {
	if (typeof value !== 'object' || value === null) return [];
	const names = Object.entries(value).flatMap(([key, member]) =>
		(key === 'displayName' || key === 'name') && typeof member === 'string' ? [member] : [],
	);
	return [...names, ...Object.values(value).flatMap(shownBy)];
}

const nodes = [Avito, AvitoTrigger, Max, MaxTrigger, Messenger, MessengerTrigger, MessengerLogin];
const shown = [
	...[...nodes, TelegramUser, TelegramUserTrigger].map((Node) => new Node().description),
	...[AvitoApi, MaxUserApi, MessengerAccountsApi, MessengerLoginApi, TelegramUserApi].map((Api) => new Api()),
].flatMap(shownBy);
const known = [...new Set([...shown, ...OTHERS])];

/** A label may be given without the unit behind it (*Polling Interval* of *Polling Interval (Seconds)*) … */
const isKnown = (label: string): boolean =>
	known.some(
		(name) => name === label || (name.startsWith(label) && /^ \([^)]+\)$/.test(name.slice(label.length))),
	);

/** … and after its resource, with its value, or several in one (*Chat: Mute, Unmute*). */
const partsOf = (label: string): string[] =>
	isKnown(label)
		? []
		: label
				.replace(/^[A-Z][\w ]*: /, '')
				.split(/ → |, | and | or | и | или /)
				.map((part) => part.replace(/(?: …|:)$/, '').trim());

it('every label in italics is one that n8n shows', () => {
	const found: string[] = [];
	const wrong: string[] = [];
	for (const { name, text } of documents()) {
		if (!/^(README|docs\/)/.test(name) || /contributing|benchmarks/.test(name)) continue;
		const flowing = prose(text)
			.replace(/<!-- fields[\s\S]*?<!-- \/fields -->/g, '')
			.replaceAll('**', '')
			.replace(/(?<=\S)\n(?=\S)/g, ' ');
		for (const [, label = ''] of flowing.matchAll(/(?<![*\w])\*([A-Z][\x20-\x7E…→]{2,60}?)\*(?![*\w])/g)) {
			found.push(label);
			if (NO_LABELS.test(label) || label.includes('|')) continue;
			wrong.push(
				...partsOf(label)
					.filter((part) => !isKnown(part))
					.map((part) => `${name}: ${part}`),
			);
		}
	}
	expect(found.length).toBeGreaterThan(500);
	expect(wrong).toEqual([]);
});
