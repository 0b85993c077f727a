/** What the connection does after an error reply. */
export type AfterRefusal = 'by-policy' | 'close';

export interface RefusalDetails {
	/** English detail; defaults to the key. */
	readonly message?: string;
	/** For a person. */
	readonly title?: string;
	readonly localizedMessage?: string;
	readonly after?: AfterRefusal;
	/** The payload had a value of the wrong type (some connections are closed for that). */
	readonly wrongType?: boolean;
}

/** An error reply (`cmd` 3): `key` goes out as `error`. */
export class Refusal extends Error {
	override name = 'Refusal';
	constructor(
		readonly key: string,
		readonly details: RefusalDetails = {},
	) {
		super(details.message ?? key);
	}
}

/** A missing or wrongly typed member of a request. */
export function badPayload(message: string, wrongType = false): Refusal {
	return new Refusal('proto.payload', { message, wrongType });
}
