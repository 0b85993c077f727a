import { invalidParameter, type CommandContext, type MediaSource } from '../../../contract';
import type { TelegramAccount } from '../account';
import { mediaFrom } from '../send/input-media';
import { child, type TlObject } from '../tl';

/** The `InputFile` of a new picture, uploaded. @throws ChannelError `invalid_parameter` for what is not uploaded */
export async function photoFile(
	account: TelegramAccount,
	source: MediaSource,
	context: CommandContext,
): Promise<TlObject> {
	const refused = invalidParameter(
		'media',
		'a picture has to come from a binary field',
		'Download it first (File: Download, HTTP Request).',
	);
	if (source.kind !== 'stream') throw refused;
	const { media } = await mediaFrom(
		account,
		source,
		{ as: 'photo', otherwiseAudio: false, spoiler: false },
		() => Promise.reject(refused),
		context,
	);
	const file = child(media, 'file');
	if (file === null) throw refused;
	return file;
}
