import { isTlObject, type TlObject } from '../tl';
import { library } from './library';
import { fromPlain, toPlain } from './plain';

/** 2FA: the answer to `account.getPassword` and the password → `inputCheckPasswordSRP` (core.telegram.org/api/srp). */
export async function srpCheck(password: TlObject, secret: string): Promise<TlObject> {
	// The library checks the shape itself.
	const request = fromPlain(password) as Parameters<typeof library.password.computeCheck>[0];
	const check = toPlain(await library.password.computeCheck(request, secret));
	if (!isTlObject(check)) throw new Error('the password check gave nothing');
	return check;
}
