/**
 * The steps of a login, the same for MAX and Telegram: what the pages of *Messenger Login* and the command line share.
 * Level 3: talks to the messengers through the pool's leases only; knows nothing of n8n, of pages or of terminals.
 */
export { Login, type LoginOptions } from './login';
export { codeMayNeverCome, waysOf } from './device';
export type {
	CodeSent,
	Done,
	EmailWanted,
	LoginStep,
	Messenger,
	PasswordWanted,
	QrShown,
	Way,
} from './steps';
export { MESSENGERS } from './steps';
