import type { ChannelEvent, EngineEvent, JsonObject, Media } from '../../../contract';

/** The key of the album a message belongs to; null = none, or not a new message. */
export function albumOf({ event_type: type, meta }: ChannelEvent): string | null {
	return type === 'message' ? meta.album_id : null;
}

/**
 * The parts of an album as one event: the first part's, with all texts and files. Its `event_id` is the first part's, so
 * that a recovery, which finds the same parts, gives the same; the parts are listed in `data`.
 * @param parts at least one, in the order they were sent
 */
export function mergeAlbum(parts: readonly EngineEvent[]): EngineEvent {
	const [first] = parts;
	if (first === undefined) throw new Error('an album has parts');
	const events = parts.map(({ event }) => event);
	const { event } = first;
	return {
		...first,
		recovered: parts.some(({ recovered }) => recovered),
		event: {
			...event,
			text: events
				.map(({ text }) => text)
				.filter((text) => text !== '')
				.join('\n'),
			media: mergeMedia(events.map(({ media }) => media)),
			meta: {
				...event.meta,
				original_media_type: 'album',
				mentions_me: events.some(({ meta }) => meta.mentions_me),
				sent_by: events.find(({ meta }) => meta.sent_by === 'node')?.meta.sent_by ?? event.meta.sent_by,
			},
			data: { ...event.data, messages: events.map(partOf) },
			raw: events.map(({ raw }) => raw ?? null),
		},
	};
}

/** Albums in a list of messages, oldest first, as a trigger would have given them. */
export function withAlbums(events: readonly EngineEvent[]): EngineEvent[] {
	const merged: EngineEvent[] = [];
	let parts: EngineEvent[] = [];
	let open: string | null = null;
	const close = (): void => {
		const [only] = parts;
		if (only !== undefined) merged.push(parts.length === 1 ? only : mergeAlbum(parts));
		parts = [];
		open = null;
	};
	for (const told of events) {
		const album = albumOf(told.event);
		if (album === null || album !== open) close();
		if (album === null) {
			merged.push(told);
			continue;
		}
		open = album;
		parts.push(told);
	}
	close();
	return merged;
}

function partOf({ text, meta }: ChannelEvent): JsonObject {
	return { id: meta.external_message_id, text, original_media_type: meta.original_media_type };
}

function mergeMedia(all: readonly Media[]): Media {
	const voice = all.find(({ has_voice: has }) => has);
	return {
		has_voice: voice !== undefined,
		voice_url: voice?.voice_url ?? null,
		...(voice?.voice_ref === undefined ? {} : { voice_ref: voice.voice_ref }),
		has_images: all.some(({ has_images: has }) => has),
		images: all.flatMap(({ images }) => images),
		has_video: all.some(({ has_video: has }) => has),
		videos: all.flatMap(({ videos }) => videos),
		has_document: all.some(({ has_document: has }) => has),
		documents: all.flatMap(({ documents }) => documents),
	};
}
