/** An answer that is an error: code and name as Telegram spells them. */
export class RpcError extends Error {
	constructor(
		readonly code: number,
		readonly text: string,
	) {
		super(`${code} ${text}`);
	}
}
