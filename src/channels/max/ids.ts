/** Dialog of two people: the XOR of their ids, in BigInt since JavaScript's `^` is signed 32-bit. 0 = Saved messages. */
export function dialogId(userA: string, userB: string): string {
	return (BigInt(userA) ^ BigInt(userB)).toString();
}

/** The other side of a dialog; null for Saved messages, groups and channels (negative ids). */
export function partnerOf(chatId: string, userId: string): string | null {
	const chat = BigInt(chatId);
	return chat <= 0n ? null : (chat ^ BigInt(userId)).toString();
}

/** Server time (ms) of a message id: its upper bits (measured by two clients). */
export function timeOfMessage(messageId: string): number {
	return Number(BigInt(messageId) >> 16n);
}

/** Whether a person may have this id: what writes as 0 or as a negative number (MAX itself, a channel) is nobody to ask for. */
export function isPerson(userId: string): boolean {
	return /^[1-9]\d{0,15}$/.test(userId);
}
