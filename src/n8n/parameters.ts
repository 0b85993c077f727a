import type { IDataObject, INodeExecutionData, INodeProperties } from 'n8n-workflow';
import type { Json, MediaSource } from '../contract';
import { invalidParameter } from '../contract';
import { toBoolean, toDay, toJson, toList, toNumber, toText, toTime } from './values';

/** Where values come from: n8n's `getNodeParameter` of one item, or a collection read before. */
export type ReadValue = (name: string) => unknown;

/**
 * Typed access to a group of parameters of one item. Names are internal names; errors name the field as the user sees
 * it. A name that is not set reads as empty.
 */
export class Values {
	readonly #read: ReadValue;
	readonly #label: (name: string) => string;
	readonly #zone: () => string;

	/** @param zone the workflow's time zone, for times without an offset */
	constructor(read: ReadValue, label: (name: string) => string, zone: () => string = () => 'utc') {
		this.#read = read;
		this.#label = label;
		this.#zone = zone;
	}

	/** Display name of a field, for errors of one's own. */
	label(name: string): string {
		return this.#label(name);
	}

	has(name: string): boolean {
		const value = this.#read(name);
		return value !== undefined && value !== null && value !== '';
	}

	raw(name: string): unknown {
		return this.#read(name);
	}

	text(name: string): string {
		return toText(this.#read(name), this.#label(name));
	}

	/** @throws ChannelError `invalid_parameter` when empty or blank */
	required(name: string): string {
		const text = this.text(name);
		if (text.trim() === '') throw invalidParameter(this.#label(name), 'is empty');
		return text;
	}

	/** An id or another word without surrounding blanks. @throws ChannelError `invalid_parameter` when empty */
	id(name: string): string {
		return this.required(name).trim();
	}

	number(name: string): number {
		return toNumber(this.#read(name), this.#label(name));
	}

	boolean(name: string): boolean {
		return toBoolean(this.#read(name), this.#label(name));
	}

	list(name: string): string[] {
		return toList(this.#read(name), this.#label(name));
	}

	json(name: string): Json | undefined {
		return toJson(this.#read(name), this.#label(name));
	}

	/** @returns ISO 8601 in UTC */
	time(name: string): string {
		return toTime(this.#read(name), this.#label(name), this.#zone());
	}

	/** @returns the day where the workflow is, e.g. `2026-01-31` */
	day(name: string): string {
		return toDay(this.#read(name), this.#label(name), this.#zone());
	}
}

/** How a selector was filled in: `list`, `id`, or another of its modes (`phone`, `link`, `user`), and with what. */
export interface Located {
	mode: string;
	/** what the mode's expression extracts; without surrounding blanks, never empty */
	value: string;
}

/** All parameters of one item, its options collection, and the files it carries. */
export interface Parameters extends Values {
	/** A selector; a plain text (an expression, an AI agent) counts as `id`. @throws ChannelError `invalid_parameter` when empty */
	located(name: string): Located;
	readonly itemIndex: number;
	readonly item: INodeExecutionData;
	/** *Options* of the operation */
	readonly options: Values;
	/** another collection, such as *Update Fields*; a row that was not added reads as undefined */
	collection(name: string): Values;
	/** `limit` of Return All / Limit; `{}` = all */
	limit(): { limit?: number };
	/** the files to send, as the media fields say */
	media(): Promise<MediaSource[]>;
	/** the files in these binary fields of the item, separated by commas */
	files(names: string): Promise<MediaSource[]>;
}

/** Display names of all fields, those inside collections included; the first one wins. */
export function labelsOf(properties: readonly INodeProperties[]): (name: string) => string {
	const labels = new Map<string, string>();
	const collect = (entries: readonly object[]): void => {
		for (const entry of entries) {
			const { name, displayName, options, values } = entry as Partial<INodeProperties> & {
				values?: INodeProperties[];
			};
			if (name !== undefined && displayName !== undefined && !labels.has(name)) labels.set(name, displayName);
			if (values !== undefined) collect(values);
			else if (options !== undefined && displayName !== undefined) collect(options);
		}
	};
	collect(properties);
	return (name) => labels.get(name) ?? name;
}

/** A collection's object as read by n8n, or nothing. */
export function asCollection(value: unknown): IDataObject {
	return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as IDataObject) : {};
}
