/** Session strings and files of other programs into one form and back. Pure. */
export {
	DC_ADDRESSES,
	DC_PORT,
	formatSession,
	formatTelethon,
	KEY_BYTES,
	parseSession,
	SessionFormatError,
	type SessionData,
} from './session';
export { parseSessionFile, sessionFileIn } from './session-file';
