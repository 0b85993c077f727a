/** The server answered with an error. `type` is its name without the number: `FLOOD_WAIT_30` → `FLOOD_WAIT`, 30. */
export class RpcFailure extends Error {
	readonly code: number;
	readonly type: string;
	readonly value: number | null;
	readonly method: string;

	constructor(code: number, message: string, method: string) {
		super(`${message} (${String(code)}, ${method})`);
		const number = /_(\d+)(?=_|$)/.exec(message);
		this.code = code;
		this.type = number === null ? message : message.replace(number[0], '');
		this.value = number === null ? null : Number(number[1]);
		this.method = method;
	}
}

/** What the library throws, as a refusal of the server if it is one. */
export function failureOf(error: unknown, method: string): unknown {
	const { code, errorMessage, seconds, newDc } = error as {
		code?: number;
		errorMessage?: string;
		seconds?: number;
		newDc?: number;
	};
	if (typeof errorMessage !== 'string' || typeof code !== 'number') return error;
	const number = seconds ?? newDc;
	const name =
		number === undefined || errorMessage.includes(String(number))
			? errorMessage
			: nameOf(error, errorMessage, number);
	return new RpcFailure(code, name, method);
}

/** The library cuts the number out of some names: `FLOOD` with `seconds`. */
function nameOf(error: unknown, cut: string, number: number): string {
	const kind = (error as Error).constructor.name;
	if (kind === 'SlowModeWaitError') return `SLOWMODE_WAIT_${String(number)}`;
	if (cut === 'FLOOD' || cut === 'FLOOD_WAIT') return `FLOOD_WAIT_${String(number)}`;
	return `${cut.replace(/_X$/, '')}_${String(number)}`;
}
