import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import type { MediaSource } from '../contract';
import { invalidParameter } from '../contract';
import { filesOf, mediaSources } from './media-in';
import { asCollection, Values, type Located, type Parameters } from './parameters';
import { toList } from './values';

/** n8n's `getNodeParameter` for one item, behind the typed reader. Expressions are evaluated here and nowhere later. */
export function itemParameters(
	context: IExecuteFunctions,
	label: (name: string) => string,
	item: INodeExecutionData,
	itemIndex: number,
): Parameters {
	return new ItemParameters(context, label, item, itemIndex);
}

class ItemParameters extends Values implements Parameters {
	readonly #context: IExecuteFunctions;
	readonly #label: (name: string) => string;
	readonly item: INodeExecutionData;
	readonly itemIndex: number;
	#options: Values | undefined;

	constructor(
		context: IExecuteFunctions,
		label: (name: string) => string,
		item: INodeExecutionData,
		itemIndex: number,
	) {
		super(
			(name) => readParameter(context, name, itemIndex),
			label,
			() => context.getTimezone(),
		);
		this.#context = context;
		this.#label = label;
		this.item = item;
		this.itemIndex = itemIndex;
	}

	get options(): Values {
		this.#options ??= this.collection('options');
		return this.#options;
	}

	collection(name: string): Values {
		const collection = asCollection(this.#context.getNodeParameter(name, this.itemIndex, {}));
		return new Values(
			(row) => collection[row],
			this.#label,
			() => this.#context.getTimezone(),
		);
	}

	located(name: string): Located {
		const value: unknown = this.#context.getNodeParameter(name, this.itemIndex, null);
		const mode = isLocator(value) ? value.mode : 'id';
		return { mode: typeof mode === 'string' && mode !== '' ? mode : 'id', value: this.id(name) };
	}

	limit(): { limit?: number } {
		if (this.boolean('returnAll')) return {};
		const limit = this.number('limit');
		if (!Number.isInteger(limit) || limit < 1)
			throw invalidParameter(this.label('limit'), 'a whole number above 0 is expected');
		return { limit };
	}

	media(): Promise<MediaSource[]> {
		return mediaSources(this.#context, this, this.itemIndex);
	}

	files(names: string): Promise<MediaSource[]> {
		return filesOf(this.#context, toList(names, 'names'), this.itemIndex);
	}
}

function readParameter(context: IExecuteFunctions, name: string, itemIndex: number): unknown {
	const value: unknown = context.getNodeParameter(name, itemIndex, null);
	return isLocator(value) ? context.getNodeParameter(name, itemIndex, null, { extractValue: true }) : value;
}

function isLocator(value: unknown): value is { mode?: unknown } {
	return typeof value === 'object' && value !== null && '__rl' in value;
}
