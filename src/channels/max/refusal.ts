import { ChannelError, type ChannelErrorOptions, type Json } from '../../contract';
import { object, text } from './json';
import { OP } from './opcodes';
import { FOREIGN_TOKEN, MEANINGS, type Answer, type Meaning } from './refusal-meanings';

/** What an error reply says. `error` is the machine key; `message` is sometimes a key itself. */
interface Refusal {
	key: string;
	message: string;
	/** for people: localizedMessage, title or description */
	words: string;
}

function readRefusal(payload: Json): Refusal {
	const body = object(payload) ?? {};
	const key = text(body['error']) ?? text(body['message']) ?? bareCode(payload) ?? 'unknown';
	const words = ['localizedMessage', 'title', 'description']
		.map((name) => text(body[name]) ?? '')
		.find((one) => one !== '');
	return {
		key: key.slice(0, 200),
		message: (text(body['message']) ?? '').slice(0, 300),
		words: (words ?? '').slice(0, 300),
	};
}

/** Some refusals are nothing but a code (a public client met a number). */
function bareCode(payload: Json): string | null {
	return typeof payload === 'number' ? String(payload) : text(payload);
}

/** Both members may hold the key: one captured refusal has `login.token` in one and `FAIL_LOGIN_TOKEN` in the other. */
function meaningOf({ key, message }: Refusal, opcode: number): Meaning | undefined {
	const known = MEANINGS[key] ?? MEANINGS[message];
	if (known !== undefined)
		return opcode === OP.login && known.code === 'password_invalid' ? FOREIGN_TOKEN : known;
	const said = `${key} ${message}`;
	if (/errors\.process\.attachment.*(not\.ready|not\.processed)/.test(said))
		return MEANINGS['attachment.not.ready'];
	if (/errors\.process\.attachment.*not\.supported/.test(said)) return MEANINGS['video.not.supported'];
	if (/token was revoked|invalid token/i.test(message)) return MEANINGS['login.token'];
	if (/FAIL_LOG(IN_TOKEN|OUT_ALL)/.test(said)) return MEANINGS['login.token'];
	return undefined;
}

/** The service said no. */
class RefusedError extends ChannelError {
	/** undefined: no source names the key */
	readonly meaning: Meaning | undefined;

	constructor(refusal: Refusal, opcode: number) {
		const meaning = meaningOf(refusal, opcode);
		const said = refusal.words === '' ? refusal.message : refusal.words;
		const detail = said === '' || said === refusal.key ? '' : `: ${said}`;
		const options: ChannelErrorOptions = { channel: 'max', providerCode: refusal.key };
		if (meaning === undefined) {
			const says = `MAX refuses the request (opcode ${String(opcode)}, ${refusal.key})`;
			super('upstream_error', `${says}${detail}`, options);
		} else {
			super(meaning.code, `${meaning.says}${detail}`, {
				...options,
				...(meaning.hint === undefined ? {} : { hint: meaning.hint }),
				...(meaning.retry === undefined ? {} : { retry: meaning.retry }),
			});
		}
		this.meaning = meaning;
	}
}

/** An error reply (`cmd` 3, or an `error` inside an OK reply) → what a person can act on. */
export function refusalError(payload: Json, opcode: number): ChannelError {
	return new RefusedError(readRefusal(payload), opcode);
}

/** The service refused, with a key that no source names (or with none). */
export function isUnknownRefusal(error: unknown): boolean {
	return error instanceof RefusedError && error.meaning === undefined;
}

/** What this client does by itself about a refusal; undefined = a person is told. */
export function answerTo(error: unknown): Answer | undefined {
	return error instanceof RefusedError ? error.meaning?.answer : undefined;
}

/** `login.*`, `error.profile.*`, `FAIL_*`: whatever follows, the session is not to be tried again by itself. */
const OF_THE_SESSION = /^(login\.|error\.profile\.|FAIL_)/;

/**
 * After these at SESSION_INIT or LOGIN only a person can help: the session stops for good. `login.flood` asks for time
 * alone.
 */
export function endsSession(error: unknown): boolean {
	if (!ChannelError.is(error)) return false;
	if (['session_ended', 'account_banned', '2fa_required'].includes(error.code)) return true;
	const key = error.providerCode ?? '';
	return key === 'client.unsupported-version' || (OF_THE_SESSION.test(key) && key !== 'login.flood');
}
