import type { CommandTable } from '../../../contract';
import type { TelegramAccount } from '../account';
import { chatCommands } from './chat-commands';
import { contactCommands } from './contact-commands';
import * as login from './login';
import { mediaDownload } from './media-download';
import { messageDelete, messageEdit, messageForward, messagePin, messageReact } from './message-change';
import { messageGet, messageGetMany, messageGetSince, messageSearch } from './message-read';
import { messageSend } from './message-send';
import { messageSendMedia } from './message-send-media';
import { rawRequest } from './raw';

/** Everything a Telegram account can do, by name. */
export const commands: CommandTable<TelegramAccount> = {
	'message.send': messageSend,
	'message.sendMedia': messageSendMedia,
	'message.edit': messageEdit,
	'message.delete': messageDelete,
	'message.forward': messageForward,
	'message.react': messageReact,
	'login.passwordHint': login.loginPasswordHint,
	'login.cancel': login.loginCancel,
	'message.pin': messagePin,
	'message.get': messageGet,
	'message.getMany': messageGetMany,
	'message.getSince': messageGetSince,
	'message.search': messageSearch,
	'media.download': mediaDownload,
	...chatCommands,
	...contactCommands,
	'login.requestCode': login.loginRequestCode,
	'login.resendCode': login.loginResendCode,
	'login.checkCode': login.loginCheckCode,
	'login.checkPassword': login.loginCheckPassword,
	'login.getQr': login.loginGetQr,
	'login.checkQr': login.loginCheckQr,
	'raw.request': rawRequest,
};
