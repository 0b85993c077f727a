import { ChannelError } from '../contract';
import {
	codeMayNeverCome,
	Login,
	MESSENGERS,
	waysOf,
	type CodeSent,
	type Done,
	type EmailWanted,
	type LoginStep,
	type Messenger,
	type PasswordWanted,
	type QrShown,
	type Way,
} from '../login';
import type { Pool } from '../pool';
import { environmentValue, systemClock, systemRandom, type Terminal } from '../runtime';
import type { Arguments } from './arguments';
import { Interrupted, sentencesOf, UsageError } from './exit';
import { assertWritable, writeNew } from './out-file';
import { qrText } from './qr-text';
import { readSettings } from './settings';

/** ms between two looks whether the picture was scanned */
const LOOK_EVERY_MS = 2_500;
/** How often a code or password may be typed wrongly. */
const TRIES = 5;

const NAMES: Readonly<Record<Messenger, string>> = { max: 'MAX', telegram: 'Telegram' };
const CREDENTIALS: Readonly<Record<Messenger, string>> = {
	max: 'MAX User API',
	telegram: 'Telegram User API',
};
const WHERE: Readonly<Record<Messenger, string>> = {
	max: 'MAX on your phone: Settings → Devices → Link a device',
	telegram: 'Telegram on your phone: Settings → Devices → Link Desktop Device',
};
/** Field of the credential → its name in n8n's window. */
const LABELS: Readonly<Record<string, string>> = {
	token: 'Token',
	deviceId: 'Device ID',
	deviceType: 'Device Type',
	session: 'Session',
	apiId: 'API ID',
	apiHash: 'API Hash',
};

/** `login max|telegram`. @throws UsageError, Interrupted, ChannelError */
export async function loginCommand(terminal: Terminal, args: Arguments, pool: Pool): Promise<void> {
	const messenger = MESSENGERS.find((each) => each === args.words[0]);
	if (messenger === undefined || args.words.length !== 1)
		throw new UsageError('say where to log in: login max, or login telegram');
	if (args.qr && args.phone) throw new UsageError('choose one of --qr and --phone');
	const fields = await readSettings(args.settings);
	if (args.out !== null) await assertWritable(args.out);
	const application = messenger === 'telegram' ? await applicationOf(terminal, fields) : {};
	const way = await chooseWay(terminal, args, messenger, fields);
	const login = new Login(pool, {
		messenger,
		way,
		fields: { ...fields, ...application },
		id: systemRandom.hex(16),
	});
	const done = await new Dialogue(terminal, login, messenger).run(way, fields);
	await giveOut(terminal, args, messenger, { ...done.fields, ...application });
	const { name, username, id } = done.profile;
	terminal.tell(`Logged in to ${NAMES[messenger]} as ${name || username || id}.\n`);
}

/** Prompts and answers of one login. */
class Dialogue {
	readonly #terminal: Terminal;
	readonly #login: Login;
	readonly #messenger: Messenger;

	constructor(terminal: Terminal, login: Login, messenger: Messenger) {
		this.#terminal = terminal;
		this.#login = login;
		this.#messenger = messenger;
	}

	async run(way: Way, fields: Readonly<Record<string, unknown>>): Promise<Done> {
		let step = way === 'qr' ? await this.#login.getQr() : await this.#askCode(fields);
		try {
			while (step.kind !== 'done') step = await this.#next(step);
			return step;
		} catch (error) {
			await this.#login.cancel(step).catch(() => undefined);
			throw error;
		}
	}

	#next(step: Exclude<LoginStep, Done>): Promise<LoginStep> {
		switch (step.kind) {
			case 'qr':
				return this.#waitForScan(step);
			case 'email':
				return this.#enterEmail(step);
			case 'code':
				return this.#enterCode(step);
			case 'password':
				return this.#enterPassword(step);
		}
	}

	async #askCode(fields: Readonly<Record<string, unknown>>): Promise<LoginStep> {
		if (this.#messenger === 'max' && codeMayNeverCome(fields))
			this.#terminal.tell('MAX sends codes to its official apps only: if none comes, log in with --qr.\n');
		const phone =
			environmentValue('MESSENGER_ACCOUNTS_PHONE') ??
			(await needed(this.#terminal, 'Phone number with country code (+7…): '));
		return this.#login.requestCode(phone.trim());
	}

	async #waitForScan(first: QrShown): Promise<LoginStep> {
		let shown: LoginStep = first;
		let drawn = '';
		for (;;) {
			if (shown.kind !== 'qr') return shown;
			if (shown.link !== drawn) {
				this.#terminal.tell(`\n${await qrText(shown.link, this.#terminal.interactive)}\n`);
				this.#terminal.tell(`Scan it with ${WHERE[this.#messenger]}. It renews itself; Ctrl+C ends.\n`);
				if (!this.#terminal.interactive) this.#terminal.tell(`${shown.link}\n`);
				drawn = shown.link;
			}
			await systemClock.sleep(LOOK_EVERY_MS);
			try {
				shown = await this.#login.checkQr(shown);
			} catch (error) {
				if (!ChannelError.is(error) || error.code !== 'code_expired') throw error;
				shown = await this.#login.getQr();
			}
		}
	}

	async #enterEmail(step: EmailWanted): Promise<LoginStep> {
		this.#terminal.tell('Telegram wants this account to have an e-mail address for login codes.\n');
		return this.#tries('invalid_parameter', async () =>
			this.#login.setUpEmail(step, (await needed(this.#terminal, 'E-mail address: ')).trim()),
		);
	}

	async #enterCode(step: CodeSent): Promise<LoginStep> {
		const app = step.sentBy === 'app' ? ' (a message in Telegram on another device)' : '';
		const how = step.emailPattern === null ? app : ` by e-mail to ${step.emailPattern}`;
		if (step.addressProven) this.#terminal.tell('The address is set. The login itself has another code.\n');
		this.#terminal.tell(`A code was sent${how}. Empty line: send another one.\n`);
		return this.#tries('invalid_code', async () => {
			const code = await needed(this.#terminal, 'Code: ', true);
			return code.trim() === '' ? this.#login.resendCode(step) : this.#login.checkCode(step, code.trim());
		});
	}

	async #enterPassword(step: PasswordWanted): Promise<LoginStep> {
		const known = environmentValue('MESSENGER_ACCOUNTS_PASSWORD');
		if (known !== undefined) return this.#login.checkPassword(step, known);
		const hint = step.hint === null ? '' : ` (hint: ${step.hint})`;
		return this.#tries('password_invalid', async () =>
			this.#login.checkPassword(step, await needed(this.#terminal, `Password${hint}: `, true)),
		);
	}

	async #tries(wrong: ChannelError['code'], attempt: () => Promise<LoginStep>): Promise<LoginStep> {
		for (let at = 1; ; at += 1) {
			try {
				return await attempt();
			} catch (error) {
				if (!ChannelError.is(error) || error.code !== wrong || at >= TRIES) throw error;
				this.#terminal.tell(`${sentencesOf(error)}. Try again.\n`);
			}
		}
	}
}

async function chooseWay(
	terminal: Terminal,
	args: Arguments,
	messenger: Messenger,
	fields: Readonly<Record<string, unknown>>,
): Promise<Way> {
	const ways = waysOf(messenger, fields);
	const asked: Way | null = args.qr ? 'qr' : args.phone ? 'phone' : null;
	if (asked !== null) {
		if (ways.includes(asked)) return asked;
		throw new UsageError(`the endpoint in the settings does not allow --${asked}`);
	}
	if (ways.length === 1 || !terminal.interactive) return ways[0] ?? 'qr';
	const answer = await needed(terminal, 'Log in by [1] QR code or [2] phone and code? [1] ');
	return answer.trim() === '2' ? 'phone' : 'qr';
}

/** Asked for where neither settings nor environment name one. */
async function applicationOf(
	terminal: Terminal,
	fields: Readonly<Record<string, unknown>>,
): Promise<Record<string, string>> {
	const given = (name: string, variable: string): string =>
		String((fields[name] as string | number | undefined) ?? '') || (environmentValue(variable) ?? '');
	const [id, hash] = [given('apiId', 'TELEGRAM_API_ID'), given('apiHash', 'TELEGRAM_API_HASH')];
	if (id !== '' && hash !== '') return { apiId: id, apiHash: hash };
	terminal.tell('Telegram wants an application of your own: https://my.telegram.org/apps\n');
	return {
		apiId: (await needed(terminal, 'API ID: ')).trim(),
		apiHash: (await needed(terminal, 'API hash: ', true)).trim(),
	};
}

async function giveOut(
	terminal: Terminal,
	{ json, out }: Arguments,
	messenger: Messenger,
	fields: Readonly<Record<string, string>>,
): Promise<void> {
	const text = `${JSON.stringify(fields, null, 2)}\n`;
	const problem = out === null ? null : await writeNew(out, text);
	if (out !== null && problem === null) {
		terminal.tell(`The values for the credential are in ${out}.\n`);
		return;
	}
	// Better shown than lost: the session exists by now.
	if (out !== null)
		terminal.tell(`${out} could not be written (${problem ?? ''}), so the values are printed.\n`);
	if (json || out !== null) {
		terminal.write(text);
		return;
	}
	terminal.tell(`Put these values into a credential of the type "${CREDENTIALS[messenger]}" in n8n:\n\n`);
	for (const [name, value] of Object.entries(fields)) terminal.write(`${LABELS[name] ?? name}: ${value}\n`);
	terminal.tell('\nWhoever has them has the account: send them to nobody.\n');
}

async function needed(terminal: Terminal, question: string, hidden = false): Promise<string> {
	const answer = await terminal.ask(question, { hidden });
	if (answer === null) throw new Interrupted('the input has ended');
	return answer;
}
