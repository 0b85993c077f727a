import type { IExecuteFunctions } from 'n8n-workflow';

/** More than a handful of sentences above the output helps nobody. */
const MAX_HINTS = 10;

/** Sentences for the person, shown once each above the node's output. n8n before 1.80 has no place for them. */
export class HintCollector {
	readonly #context: IExecuteFunctions;
	readonly #hints = new Set<string>();

	constructor(context: IExecuteFunctions) {
		this.#context = context;
	}

	add(hints: readonly string[] = []): void {
		for (const hint of hints) if (this.#hints.size < MAX_HINTS) this.#hints.add(hint);
	}

	flush(): void {
		const context: Partial<Pick<IExecuteFunctions, 'addExecutionHints'>> = this.#context;
		if (this.#hints.size === 0 || typeof context.addExecutionHints !== 'function') return;
		this.#context.addExecutionHints(
			...[...this.#hints].map((message) => ({ message, location: 'outputPane' as const })),
		);
		this.#hints.clear();
	}
}
