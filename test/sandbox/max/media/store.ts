/** Where the bytes of media live: files in a directory of the sandbox's own, removed at the end. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { imageSize } from 'image-size';
import { push, pushToUser } from '../core/fanout';
import type { World } from '../core/world';
import type { Media, MediaKind } from '../state/model';

const directories = new WeakMap<World, string>();

function directoryOf(world: World): string {
	const known = directories.get(world);
	if (known !== undefined) return known;
	const made = mkdtempSync(join(tmpdir(), 'max-sandbox-'));
	directories.set(world, made);
	return made;
}

export function removeMedia(world: World): void {
	const directory = directories.get(world);
	if (directory !== undefined) rmSync(directory, { recursive: true, force: true });
	directories.delete(world);
}

/** A slot that waits for its bytes. */
export function newMedia(world: World, owner: bigint, kind: MediaKind): Media {
	const id = world.nextId('media', 1_636_451_001n);
	const media: Media = {
		id,
		kind,
		token: `${kind}_${world.random.text(40)}`,
		owner,
		created: world.now(),
		state: 'slot',
		name: `${kind}-${id}`,
		contentType: 'application/octet-stream',
		size: 0,
		width: 0,
		height: 0,
		durationMs: 0,
		wave: undefined,
		path: undefined,
	};
	world.media.set(id, media);
	world.mediaByToken.set(media.token, media);
	return media;
}

/** The file that takes the bytes of a media. */
export function fileOf(world: World, media: Media): string {
	media.path ??= join(directoryOf(world), media.id.toString());
	return media.path;
}

/** All bytes have arrived: photos are usable at once, the rest after processing, told by push 136. */
export function uploaded(world: World, media: Media): void {
	media.state = 'processing';
	const finish = (): void => {
		const failed = world.faults.processingFailures > 0;
		if (failed) world.faults.processingFailures -= 1;
		media.state = failed ? 'failed' : 'ready';
		if (world.policy.readyPushMs === 0) pushReady(world, media, failed);
		else world.after(world.policy.readyPushMs, () => pushReady(world, media, failed));
	};
	if (media.kind === 'photo' || world.policy.processingMs === 0) finish();
	else world.after(world.policy.processingMs, finish);
}

/** Push 136; there is none for photos. */
function pushReady(world: World, media: Media, failed: boolean): void {
	const owner = world.users.get(media.owner);
	if (owner === undefined || media.kind === 'photo') return;
	const names = { video: 'videoId', note: 'videoId', audio: 'audioId', file: 'fileId' } as const;
	const name = names[media.kind];
	pushToUser(world, owner, push.attach, () => ({
		[name]: media.id,
		// choice: that a failure is told here, and how, is inferred.
		error: failed ? 'errors.process.attachment.not.processed' : undefined,
	}));
}

export interface AddedMedia {
	readonly kind: MediaKind;
	/** Absent: a small sample of that kind. */
	readonly bytes?: Uint8Array | undefined;
	readonly name?: string | undefined;
	readonly contentType?: string | undefined;
	readonly durationMs?: number | undefined;
}

/** A media that is there already, as if its owner had uploaded it. */
export function addMedia(world: World, owner: bigint, init: AddedMedia): Media {
	const media = newMedia(world, owner, init.kind);
	const bytes = init.bytes ?? sample(init.kind);
	writeFileSync(fileOf(world, media), bytes);
	media.size = bytes.length;
	media.name = init.name ?? media.name;
	media.contentType = init.contentType ?? contentTypes[init.kind];
	media.durationMs = init.durationMs ?? (init.kind === 'audio' || init.kind === 'video' ? 2000 : 0);
	if (init.kind === 'photo') measure(media, bytes);
	if (init.kind === 'audio') media.wave = new Uint8Array(80).map((_, index) => index % 128);
	media.state = 'ready';
	return media;
}

/** Width and height of a picture, 0 when it cannot be told. */
export function measure(media: Media, bytes: Uint8Array): void {
	try {
		const { width, height } = imageSize(bytes);
		Object.assign(media, { width, height });
	} catch {
		Object.assign(media, { width: 0, height: 0 });
	}
}

const contentTypes: Readonly<Record<MediaKind, string>> = {
	photo: 'image/webp',
	video: 'video/mp4',
	note: 'video/mp4',
	audio: 'audio/ogg',
	file: 'application/octet-stream',
};

/** A picture of one pixel; for the other kinds bytes that begin like the format and hold nothing to play. */
function sample(kind: MediaKind): Uint8Array {
	if (kind === 'photo')
		return Buffer.from('UklGRiIAAABXRUJQVlA4IBYAAAAwAQCdASoBAAEADsD+JaQAA3AAAAAA', 'base64');
	if (kind === 'audio') return Buffer.concat([Buffer.from('OggS'), Buffer.alloc(60)]);
	if (kind === 'file') return Buffer.from('a file of the sandbox\n');
	return Buffer.concat([Buffer.from('00000018667479706d703432', 'hex'), Buffer.alloc(84)]);
}
