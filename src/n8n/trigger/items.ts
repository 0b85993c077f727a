import type { IDataObject, INodeExecutionData } from 'n8n-workflow';
import type { ChannelEvent, Media, MediaItem } from '../../contract';
import type { ItemShape } from './settings';

/**
 * The events of one execution as items. A batch of messages is one item by default: the newest message with the texts
 * joined, all media together and the single messages in `messages`. Whatever is not a message stays an item of its own.
 */
export function toItems(
	events: readonly ChannelEvent[],
	shape: { batched: boolean; itemShape: ItemShape },
): INodeExecutionData[] {
	const joined = shape.batched && shape.itemShape === 'chat' && events.every(isMessage);
	const newest = events.at(-1);
	if (!joined || newest === undefined) return events.map(toItem);
	return [
		toItem({
			...newest,
			text: events
				.map(({ text }) => text)
				.filter((text) => text !== '')
				.join('\n'),
			media: mergeMedia(events.map(({ media }) => media)),
			messages: events,
		}),
	];
}

function isMessage(event: ChannelEvent): boolean {
	return event.event_type === 'message';
}

function toItem(json: object): INodeExecutionData {
	return { json: json as IDataObject };
}

function mergeMedia(all: readonly Media[]): Media {
	const collect = (key: 'images' | 'videos' | 'documents'): MediaItem[] => all.flatMap((media) => media[key]);
	const voice = all.find(({ has_voice }) => has_voice);
	return {
		has_voice: voice !== undefined,
		voice_url: voice?.voice_url ?? null,
		...(voice?.voice_ref === undefined ? {} : { voice_ref: voice.voice_ref }),
		has_images: all.some(({ has_images }) => has_images),
		images: collect('images'),
		has_video: all.some(({ has_video }) => has_video),
		videos: collect('videos'),
		has_document: all.some(({ has_document }) => has_document),
		documents: collect('documents'),
	};
}
