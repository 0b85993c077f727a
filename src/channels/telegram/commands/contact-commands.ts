import type { CommandTable } from '../../../contract';
import type { TelegramAccount } from '../account';
import { accountCloseOtherSessions, accountEndSession, accountGetSessions, accountLogOut } from './account';
import * as contact from './contact';
import { contactCheckPhones, contactCheckUsernames } from './contact-check';
import { contactImport, contactResolve, contactSearch } from './contact-find';
import { profileGet, profileSetPhoto, profileUpdate } from './profile';

/** People, the own profile, the own sessions. */
export const contactCommands: CommandTable<TelegramAccount> = {
	'contact.getMany': contact.contactGetMany,
	'contact.list': contact.contactList,
	'contact.get': contact.contactGet,
	'contact.getPhotos': contact.contactGetPhotos,
	'contact.add': contact.contactAdd,
	'contact.remove': contact.contactRemove,
	'contact.block': contact.contactBlock,
	'contact.unblock': contact.contactUnblock,
	'contact.import': contactImport,
	'contact.search': contactSearch,
	'contact.resolve': contactResolve,
	'contact.checkPhones': contactCheckPhones,
	'contact.checkUsernames': contactCheckUsernames,
	'profile.get': profileGet,
	'profile.update': profileUpdate,
	'profile.setPhoto': profileSetPhoto,
	'account.getSessions': accountGetSessions,
	'account.endSession': accountEndSession,
	'account.closeOtherSessions': accountCloseOtherSessions,
	'account.logOut': accountLogOut,
};
