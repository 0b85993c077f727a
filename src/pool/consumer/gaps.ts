/** Entries of one chat that a consumer passes without an execution, told as one visible gap event. */
export interface Gap {
	chatId: string;
	/** journal numbers, in the order they were cut */
	seqs: number[];
	/** provider times of the oldest and the newest, ms */
	from: number;
	to: number;
}

export interface Gaps {
	add(chatId: string, entry: { seq: number; at: number }): void;
	/** Takes what has gathered. */
	drain(): Gap[];
	readonly count: number;
}

export function createGaps(): Gaps {
	let byChat = new Map<string, Gap>();
	let count = 0;
	return {
		add(chatId, { seq, at }) {
			const gap = byChat.get(chatId) ?? { chatId, seqs: [], from: at, to: at };
			gap.seqs.push(seq);
			gap.from = Math.min(gap.from, at);
			gap.to = Math.max(gap.to, at);
			byChat.set(chatId, gap);
			count += 1;
		},
		drain() {
			const gaps = [...byChat.values()];
			byChat = new Map();
			count = 0;
			return gaps;
		},
		get count() {
			return count;
		},
	};
}
