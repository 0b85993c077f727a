import type { CommandTable } from '../../../contract';
import type { TelegramAccount } from '../account';
import { chatCommands } from './chat-commands';
import { contactCommands } from './contact-commands';
import * as login from './login';
import { mediaDownload } from './media-download';
import { messageCommands } from './message';
import { rawRequest } from './raw';

/** Everything a Telegram account can do, by name. */
export const commands: CommandTable<TelegramAccount> = {
	...messageCommands,
	'media.download': mediaDownload,
	...chatCommands,
	...contactCommands,
	'login.requestCode': login.loginRequestCode,
	'login.setUpEmail': login.loginSetUpEmail,
	'login.resendCode': login.loginResendCode,
	'login.checkCode': login.loginCheckCode,
	'login.checkPassword': login.loginCheckPassword,
	'login.getQr': login.loginGetQr,
	'login.checkQr': login.loginCheckQr,
	'login.importSession': login.loginImportSession,
	'login.passwordHint': login.loginPasswordHint,
	'login.cancel': login.loginCancel,
	'raw.request': rawRequest,
};
