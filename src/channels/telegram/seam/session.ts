import type { SessionData } from '../sessions';
import { library } from './library';

/** A session as the library wants it. */
export function makeSession({
	dc,
	address,
	port,
	authKey,
}: SessionData): InstanceType<typeof library.sessions.StringSession> {
	// Its string form stores the port signed; ours would not survive above 32767.
	class PortSession extends library.sessions.StringSession {
		override save(): string {
			return '';
		}
	}
	const session = new PortSession('');
	session.setDC(dc, address, port);
	if (authKey === null) return session;
	const load = session.load.bind(session);
	session.load = async () => {
		await load();
		if (session.getAuthKey(dc)?.getKey() !== undefined) return;
		const made = new AuthKeyClass();
		await made.setKey(authKey);
		session.setAuthKey(made, dc);
	};
	return session;
}

const AuthKeyClass = library.AuthKey;
