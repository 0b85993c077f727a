import { access } from 'node:fs/promises';
import { packageFolder } from './package-version';

/**
 * Tells whether the folder this copy was loaded from is there. n8n's uninstall removes the folder; its update makes
 * an empty one in the same moment and fills it, so the folder counts and not what is in it. Only a plain "no such
 * folder" is a no: a disk that cannot be read says nothing.
 */
export function installedIn(folder: string = packageFolder()): () => Promise<boolean> {
	return () =>
		access(folder).then(
			() => true,
			(error: unknown) => (error as NodeJS.ErrnoException).code !== 'ENOENT',
		);
}
