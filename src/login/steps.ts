/** Messengers one logs in to as a person; Avito's keys are copied from its site. */
export const MESSENGERS = ['max', 'telegram'] as const;
export type Messenger = (typeof MESSENGERS)[number];

/** Scan a picture with the app, or phone number and code. */
export type Way = 'qr' | 'phone';

/** A code is on its way to the person. */
export interface CodeSent {
	kind: 'code';
	phone: string;
	/** ties the code to its request */
	token: string;
	/** digits, when the service tells */
	length: number | null;
	/** Telegram's word for it: `app`, `sms`, `call`, `emailcode` …; '' = not told (MAX: an SMS or the app) */
	sentBy: string;
	/** seconds until another one may be asked for */
	resendInSeconds: number;
	/** how many more may be asked for, when the service tells */
	requestsLeft: number | null;
	/** the code may never come: MAX sends none to a device without the official app's fingerprint, and does not say so */
	doubtful: boolean;
	/** Telegram: where an e-mail with the code went, in part (`b***@example.com`) */
	emailPattern: string | null;
	/** Telegram: the code proves that this address is one's own; the login's own code comes next */
	address: string | null;
	/** Telegram: the address is proven; this is the login's own code */
	addressProven: boolean;
}

/** Telegram lets this account in only once it has an e-mail address for login codes (core.telegram.org/api/auth#email-verification). */
export interface EmailWanted {
	kind: 'email';
	phone: string;
	/** ties the address to the request of the code */
	token: string;
}

/** A picture waits to be scanned. */
export interface QrShown {
	kind: 'qr';
	/** what the picture holds, verbatim */
	link: string;
	/** ms since 1970, when the service tells */
	expiresAt: number | null;
	/** ties the steps together (MAX) */
	track: string;
}

/** The code or the scan was right; the account has a password besides. */
export interface PasswordWanted {
	kind: 'password';
	track: string;
	/** what its owner wrote down to remember it by */
	hint: string | null;
}

export interface Done {
	kind: 'done';
	/** what the credential needs, under the names of its fields; secret */
	fields: Readonly<Record<string, string>>;
	profile: { id: string; name: string; username: string | null; phoneMasked: string | null };
}

export type LoginStep = CodeSent | EmailWanted | QrShown | PasswordWanted | Done;
