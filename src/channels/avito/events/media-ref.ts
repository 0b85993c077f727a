/**
 * References to media, opaque to everybody else: any process can download the file later with one.
 * Voices are named by id (their URLs live an hour), pictures by their URL (there is no id in a message).
 */
export type MediaRef = { kind: 'voice'; voiceId: string } | { kind: 'image'; url: string };

export function formatRef(ref: MediaRef): string {
	return ref.kind === 'voice' ? `avito:voice:${ref.voiceId}` : `avito:image:${ref.url}`;
}

export function parseRef(text: string): MediaRef | null {
	const voice = /^avito:voice:(.+)$/.exec(text)?.[1];
	if (voice !== undefined) return { kind: 'voice', voiceId: voice };
	const url = /^avito:image:(https?:\/\/.+)$/.exec(text)?.[1];
	return url === undefined ? null : { kind: 'image', url };
}
