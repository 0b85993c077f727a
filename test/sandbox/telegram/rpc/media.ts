import { createHash } from 'node:crypto';
import { fileReference, mimeOf, pictureSize, readFile, viewFileMedia } from '../state/files';
import type { StoredFile } from '../state/files';
import type { Poll, Person } from '../state/model';
import type { World } from '../state/world';
import { bytes, child, children, flag, int, long, optionalChild, text } from '../tl/value';
import type { TlObject } from '../tl/value';
import type { Call } from './call';
import { RpcError } from './errors';
import { peerArg } from './peers';

/** What an InputMedia becomes: part of a message's content. */
export interface Attached {
	readonly media?: TlObject | undefined;
	readonly file?: StoredFile | undefined;
	readonly poll?: Poll | undefined;
	/** The right a chat may have taken away. */
	readonly right: string;
}

/** Telegram's limit for parts of one file: of 512 KiB, that is 2 GB, with Premium 4 GB. */
const partsOf = ({ premium }: Person): number => (premium ? 8000 : 4000);

function uploadKey({ me }: Call, fileId: bigint): string {
	return `${me.id}:${fileId}`;
}

/** upload.saveFilePart and saveBigFilePart: sizes must be whole KiB and divide 512 KiB. */
export function savePart(call: Call, big: boolean): true {
	const { world, args, me } = call;
	const data = bytes(args, 'bytes');
	const number = int(args, 'file_part');
	const maxParts = partsOf(me);
	if (number < 0 || number >= maxParts) throw new RpcError(400, 'FILE_PART_INVALID');
	if (data.length === 0) throw new RpcError(400, 'FILE_PART_EMPTY');
	if (data.length > 512 * 1024) throw new RpcError(400, 'FILE_PART_TOO_BIG');
	const total = big ? int(args, 'file_total_parts') : undefined;
	if (total !== undefined && total !== -1 && (total < 1 || total > maxParts))
		throw new RpcError(400, 'FILE_PARTS_INVALID');
	const key = uploadKey(call, long(args, 'file_id'));
	const upload = world.uploads.get(key) ?? { parts: new Map<number, Buffer>(), total, at: world.now() };
	const first = upload.parts.values().next().value;
	const last = total !== undefined && number === total - 1;
	if (first !== undefined && data.length > first.length && number > 0 && !last) {
		throw new RpcError(400, 'FILE_PART_SIZE_CHANGED');
	}
	upload.parts.set(number, data);
	world.uploads.set(key, upload);
	return true;
}

/** The parts of an InputFile, in order; FILE_PART_X_MISSING names the first hole. */
function assemble(call: Call, input: TlObject): Buffer[] {
	const { world } = call;
	const upload = world.uploads.get(uploadKey(call, long(input, 'id')));
	const count = int(input, 'parts');
	if (count < 1) throw new RpcError(400, 'FILE_PARTS_INVALID');
	if (upload === undefined || world.now() - upload.at > world.policy.uploadLifeMs) {
		throw new RpcError(400, 'FILE_PART_0_MISSING');
	}
	const parts: Buffer[] = [];
	for (let number = 0; number < count; number++) {
		const part = upload.parts.get(number);
		if (part === undefined) throw new RpcError(400, `FILE_PART_${number}_MISSING`);
		parts.push(part);
	}
	const size = parts[0]?.length ?? 0;
	const even =
		parts.slice(0, -1).every((part) => part.length === size) && (parts.at(-1)?.length ?? 0) <= size;
	if (!even || (count > 1 && (size % 1024 !== 0 || (512 * 1024) % size !== 0))) {
		throw new RpcError(400, 'FILE_PART_SIZE_INVALID');
	}
	const total = parts.reduce((sum, part) => sum + part.length, 0);
	if (input._ === 'inputFile') {
		if (total > 10 * 1024 * 1024) throw new RpcError(400, 'FILE_PARTS_INVALID');
		const sum = text(input, 'md5_checksum');
		const hash = createHash('md5');
		for (const part of parts) hash.update(part);
		if (sum !== '' && sum !== hash.digest('hex')) throw new RpcError(400, 'MD5_CHECKSUM_INVALID');
	}
	return parts;
}

export interface NewFile {
	readonly kind: 'photo' | 'document';
	readonly pieces: readonly Buffer[];
	readonly mimeType: string;
	readonly attributes?: readonly TlObject[];
	readonly thumb?: Buffer | undefined;
	readonly dcId: number;
}

export function storeFile(world: World, given: NewFile): StoredFile {
	const head = Buffer.concat(given.pieces.slice(0, 1));
	const size = given.pieces.reduce((sum, piece) => sum + piece.length, 0);
	const picture = pictureSize(head);
	const file: StoredFile = {
		id: world.id64(),
		accessHash: world.id64(),
		kind: given.kind,
		dcId: given.dcId,
		date: world.serverSeconds(),
		size,
		pieces: given.pieces,
		mimeType: given.mimeType,
		attributes: given.attributes ?? [],
		width: picture?.width ?? 0,
		height: picture?.height ?? 0,
		thumb: given.thumb,
		generation: 0,
	};
	world.files.set(file.id, file);
	return file;
}

/** A picture out of an InputFile. */
export function uploadedPhoto(call: Call, input: TlObject): StoredFile {
	const pieces = assemble(call, input);
	const picture = pictureSize(pieces[0] ?? Buffer.alloc(0));
	if (picture === undefined) throw new RpcError(400, 'IMAGE_PROCESS_FAILED');
	const { width, height } = picture;
	if (
		width === 0 ||
		height === 0 ||
		width + height > 10_000 ||
		Math.max(width / height, height / width) > 20
	) {
		throw new RpcError(400, 'PHOTO_INVALID_DIMENSIONS');
	}
	const total = pieces.reduce((sum, piece) => sum + piece.length, 0);
	if (total > 10 * 1024 * 1024) throw new RpcError(400, 'PHOTO_SAVE_FILE_INVALID');
	return storeFile(call.world, { kind: 'photo', pieces, mimeType: 'image/jpeg', dcId: call.me.homeDc });
}

function uploadedDocument(call: Call, media: TlObject): StoredFile {
	const pieces = assemble(call, child(media, 'file'));
	const thumbInput = optionalChild(media, 'thumb');
	const thumb = thumbInput === undefined ? undefined : Buffer.concat(assemble(call, thumbInput));
	const attributes = children(media, 'attributes').map((one) =>
		one._ === 'documentAttributeSticker' ? { ...one, stickerset: { _: 'inputStickerSetEmpty' } } : one,
	);
	const mimeType = text(media, 'mime_type') || mimeOf(pieces[0] ?? Buffer.alloc(0));
	return storeFile(call.world, {
		kind: 'document',
		pieces,
		mimeType,
		attributes,
		thumb,
		dcId: call.me.homeDc,
	});
}

/** A known photo or document named by id, hash and a reference that has not expired. */
function existing({ world }: Call, input: TlObject): StoredFile {
	const file = world.files.get(long(input, 'id'));
	const kind = input._ === 'inputPhoto' || input._ === 'inputPhotoFileLocation' ? 'photo' : 'document';
	if (file?.kind !== kind || file.accessHash !== long(input, 'access_hash'))
		throw new RpcError(400, 'MEDIA_INVALID');
	if (!fileReference(file).equals(bytes(input, 'file_reference')))
		throw new RpcError(400, 'FILE_REFERENCE_EXPIRED');
	return file;
}

function rightOf(file: StoredFile): string {
	if (file.kind === 'photo') return 'send_photos';
	for (const one of file.attributes) {
		if (one._ === 'documentAttributeSticker') return 'send_stickers';
		if (one._ === 'documentAttributeAnimated') return 'send_gifs';
		if (one._ === 'documentAttributeVideo')
			return one.round_message === true ? 'send_roundvideos' : 'send_videos';
		if (one._ === 'documentAttributeAudio') return one.voice === true ? 'send_voices' : 'send_audios';
	}
	return 'send_docs';
}

function withFile(media: TlObject, file: StoredFile): Attached {
	return {
		file,
		media: { _: 'options', spoiler: flag(media, 'spoiler'), ttl_seconds: media.ttl_seconds },
		right: rightOf(file),
	};
}

function geo(input: TlObject): TlObject {
	const [lat, long_] = [int(input, 'lat'), int(input, 'long')];
	if (Math.abs(lat) > 90 || Math.abs(long_) > 180) throw new RpcError(400, 'MEDIA_INVALID');
	const { accuracy_radius } = input;
	return { _: 'geoPoint', lat, long: long_, access_hash: 0n, accuracy_radius };
}

function newPoll(call: Call, media: TlObject): Poll {
	const given = child(media, 'poll');
	const answers = children(given, 'answers').map((answer, index) => ({
		_: 'pollAnswer',
		text: child(answer, 'text'),
		option: answer.option === undefined ? Buffer.from([48 + index]) : bytes(answer, 'option'),
	}));
	if (answers.length < 2) throw new RpcError(400, 'POLL_ANSWERS_INVALID');
	if (answers.length > 12) throw new RpcError(400, 'POLL_ANSWERS_INVALID');
	const options = new Set(answers.map(({ option }) => option.toString('hex')));
	if (options.size !== answers.length) throw new RpcError(400, 'POLL_OPTION_DUPLICATE');
	const raw = (media.correct_answers ?? []) as readonly (Buffer | number)[];
	// Bytes in older layers, places in the newest.
	const correct = raw.flatMap((one) => {
		const option = typeof one === 'number' ? answers[one]?.option : one;
		return option === undefined ? [] : [option];
	});
	if (flag(given, 'quiz') && correct.length === 0) throw new RpcError(400, 'QUIZ_CORRECT_ANSWERS_EMPTY');
	const id = call.world.id64();
	return {
		id,
		poll: { ...given, id, answers, hash: 0n },
		closed: flag(given, 'closed'),
		correct,
		solution: typeof media.solution === 'string' ? media.solution : undefined,
		votes: new Map(),
	};
}

/** Largest picture and largest other file that Telegram fetches by itself (Bot API: sending by URL). */
const fetchLimits = { photo: 5 * 1024 * 1024, document: 20 * 1024 * 1024 };

/**
 * A file named by its address, fetched by this server: only from this machine, since it has no internet. Any other
 * media is returned as it is.
 */
export async function fetchExternal(call: Call, media: TlObject): Promise<TlObject> {
	const kind = /^inputMedia(Photo|Document)External$/.exec(media._)?.[1]?.toLowerCase();
	if (kind !== 'photo' && kind !== 'document') return media;
	const url = URL.parse(text(media, 'url'));
	if (url === null) throw new RpcError(400, 'EXTERNAL_URL_INVALID');
	const answer =
		url.hostname === '127.0.0.1' ? await fetch(url, { redirect: 'error' }).catch(() => undefined) : undefined;
	if (answer?.ok !== true) throw new RpcError(400, 'WEBPAGE_CURL_FAILED');
	const data = Buffer.from(await answer.arrayBuffer());
	if (data.length > fetchLimits[kind] || (kind === 'photo' && pictureSize(data) === undefined))
		throw new RpcError(400, 'WEBPAGE_MEDIA_EMPTY');
	const file = storeFile(call.world, {
		kind,
		pieces: [data],
		mimeType: answer.headers.get('content-type') ?? mimeOf(data),
		attributes:
			kind === 'photo'
				? []
				: [{ _: 'documentAttributeFilename', file_name: url.pathname.split('/').at(-1) ?? 'file' }],
		dcId: call.me.homeDc,
	});
	const name = kind === 'photo' ? 'Photo' : 'Document';
	return {
		_: `inputMedia${name}`,
		spoiler: flag(media, 'spoiler'),
		id: {
			_: `input${name}`,
			id: file.id,
			access_hash: file.accessHash,
			file_reference: fileReference(file),
		},
	};
}

/** Every kind of InputMedia that a person sends. */
export function attach(call: Call, media: TlObject): Attached {
	const { world } = call;
	switch (media._) {
		case 'inputMediaEmpty':
			throw new RpcError(400, 'MEDIA_EMPTY');
		case 'inputMediaUploadedPhoto':
			return withFile(media, uploadedPhoto(call, child(media, 'file')));
		case 'inputMediaUploadedDocument':
			return withFile(media, uploadedDocument(call, media));
		case 'inputMediaPhoto':
		case 'inputMediaDocument':
			return withFile(media, existing(call, child(media, 'id')));
		case 'inputMediaGeoPoint':
			return { media: { _: 'messageMediaGeo', geo: geo(child(media, 'geo_point')) }, right: 'send_plain' };
		case 'inputMediaGeoLive':
			return {
				media: {
					_: 'messageMediaGeoLive',
					geo: geo(child(media, 'geo_point')),
					heading: media.heading,
					period: int(media, 'period'),
				},
				right: 'send_plain',
			};
		case 'inputMediaVenue': {
			const { title, address, provider, venue_id, venue_type } = media;
			const point = geo(child(media, 'geo_point'));
			return {
				media: { _: 'messageMediaVenue', geo: point, title, address, provider, venue_id, venue_type },
				right: 'send_plain',
			};
		}
		case 'inputMediaContact': {
			const { phone_number, first_name, last_name, vcard } = media;
			const digits = text(media, 'phone_number').replace(/\D/g, '');
			const person = [...world.people.values()].find((one) => one.phone === digits);
			return {
				media: {
					_: 'messageMediaContact',
					phone_number,
					first_name,
					last_name,
					vcard,
					user_id: person?.id ?? 0n,
				},
				right: 'send_plain',
			};
		}
		case 'inputMediaDice': {
			const emoticon = text(media, 'emoticon');
			const faces = new Map([
				['🎲', 6],
				['🎯', 6],
				['🎳', 6],
				['🏀', 5],
				['⚽', 5],
				['🎰', 64],
			]).get(emoticon);
			if (faces === undefined) throw new RpcError(400, 'EMOTICON_INVALID');
			return {
				media: { _: 'messageMediaDice', value: 1 + world.random.below(faces), emoticon },
				right: 'send_stickers',
			};
		}
		case 'inputMediaPoll':
			return { poll: newPoll(call, media), right: 'send_polls' };
		case 'inputMediaWebPage':
			return { media: webPage(call, text(media, 'url'), media), right: 'embed_links' };
		default:
			throw new RpcError(400, 'MEDIA_INVALID');
	}
}

function webPage({ world }: Call, url: string, media: TlObject): TlObject {
	let host: string;
	try {
		host = new URL(url).host;
	} catch {
		throw new RpcError(400, 'WEBPAGE_MEDIA_EMPTY');
	}
	return {
		_: 'messageMediaWebPage',
		force_large_media: flag(media, 'force_large_media'),
		force_small_media: flag(media, 'force_small_media'),
		manual: true,
		webpage: {
			_: 'webPage',
			id: world.stableId(url),
			url,
			display_url: url.replace(/^https?:\/\//, ''),
			hash: 0,
			type: 'article',
			site_name: host,
			title: host,
		},
	};
}

/** messages.uploadMedia: a file stored without a message, for albums. */
export async function uploadMedia(call: Call): Promise<TlObject> {
	peerArg(call);
	const attached = attach(call, await fetchExternal(call, child(call.args, 'media')));
	if (attached.file !== undefined) return viewFileMedia(attached.file, attached.media);
	if (attached.media === undefined) throw new RpcError(400, 'MEDIA_INVALID');
	return attached.media;
}

function located(call: Call, location: TlObject): { file: StoredFile; thumb: boolean } {
	const { world } = call;
	switch (location._) {
		case 'inputDocumentFileLocation':
		case 'inputPhotoFileLocation': {
			const file = world.files.get(long(location, 'id'));
			if (file === undefined || file.accessHash !== long(location, 'access_hash'))
				throw new RpcError(400, 'LOCATION_INVALID');
			if (!fileReference(file).equals(bytes(location, 'file_reference'))) {
				throw new RpcError(400, 'FILE_REFERENCE_EXPIRED');
			}
			return { file, thumb: file.kind === 'document' && text(location, 'thumb_size') !== '' };
		}
		case 'inputPeerPhotoFileLocation': {
			const file = world.files.get(long(location, 'photo_id'));
			if (file === undefined) throw new RpcError(400, 'LOCATION_INVALID');
			return { file, thumb: false };
		}
		default:
			throw new RpcError(400, 'LOCATION_INVALID');
	}
}

/** upload.getFile: whole KiB pieces that stay inside one MiB. */
export function getFile(call: Call): TlObject {
	const { args, dcId } = call;
	call.demandLogin();
	const { file, thumb } = located(call, child(args, 'location'));
	if (file.dcId !== dcId) throw new RpcError(303, `FILE_MIGRATE_${file.dcId}`);
	const offset = typeof args.offset === 'bigint' ? Number(args.offset) : int(args, 'offset');
	const limit = int(args, 'limit');
	const precise = flag(args, 'precise');
	const unit = precise ? 1024 : 4096;
	if (offset < 0 || offset % unit !== 0) throw new RpcError(400, 'OFFSET_INVALID');
	const mebibyte = 1024 * 1024;
	const divides = precise || mebibyte % limit === 0;
	if (limit <= 0 || limit > mebibyte || limit % unit !== 0 || !divides)
		throw new RpcError(400, 'LIMIT_INVALID');
	if (Math.floor(offset / mebibyte) !== Math.floor((offset + limit - 1) / mebibyte)) {
		throw new RpcError(400, 'LIMIT_INVALID');
	}
	const pieces = thumb && file.thumb !== undefined ? [file.thumb] : file.pieces;
	const types: Readonly<Record<string, string>> = {
		'image/jpeg': 'storage.fileJpeg',
		'image/png': 'storage.filePng',
		'image/gif': 'storage.fileGif',
		'image/webp': 'storage.fileWebp',
		'video/mp4': 'storage.fileMp4',
		'audio/mpeg': 'storage.fileMp3',
		'application/pdf': 'storage.filePdf',
	};
	return {
		_: 'upload.file',
		type: { _: types[file.mimeType] ?? 'storage.fileUnknown' },
		mtime: file.date,
		bytes: readFile(pieces, offset, Math.min(limit, call.world.policy.filePieceBytes)),
	};
}
