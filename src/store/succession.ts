import { existsSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Clock, Logger } from '../contract';
import { copyKnown } from './copy';
import { faultText } from './faults';
import { openFile, openMemory, openReadOnly, type Medium } from './medium';
import type { Sql, Sqlite } from './sql';

const ASIDE = '.corrupt-';

export interface Succession {
	sqlite: Sqlite;
	clock: Clock;
	logger: Logger;
}

export interface Succeeded {
	medium: Medium;
	/** one sentence for `status` */
	degraded: string;
}

/** A damaged file is kept aside, a new one begun with what can still be read; if that fails too, memory. */
export function replaceDamaged(context: Succession, path: string, error: unknown): Succeeded {
	try {
		const aside = moveAside(path, context.clock.now());
		const medium = openFile(context.sqlite, path, context.clock.now());
		const remains = openReadOnly(context.sqlite, aside);
		if (remains !== null) copyAndClose(remains, medium.sql);
		context.logger.error('The store was damaged and has been begun anew', { path, kept: aside });
		return {
			medium,
			degraded: `The store file was damaged (${faultText(error)}); it was kept as ${aside} and a new one was begun with what could be read of it.`,
		};
	} catch (secondError) {
		return continueInMemory(context, path, secondError, null);
	}
}

/** Goes on in memory with what the file still tells. */
export function continueInMemory(
	context: Succession,
	path: string,
	error: unknown,
	failed: Sql | null,
): Succeeded {
	const medium = openMemory(context.sqlite, context.clock.now());
	const remains = failed ?? (existsSync(path) ? openReadOnly(context.sqlite, path) : null);
	if (remains !== null) copyAndClose(remains, medium.sql);
	const degraded = `Nothing survives a restart: the store ${path} cannot be used (${faultText(error)}), so everything is kept in memory.`;
	context.logger.error('The store goes on in memory', { path, reason: faultText(error) });
	return { medium, degraded };
}

function copyAndClose(from: Sql, to: Sql): void {
	try {
		copyKnown(from, to);
	} finally {
		try {
			from.close();
		} catch {
			// What cannot be closed is left to the end of the process; its content has been copied.
		}
	}
}

/** @returns the new name, `<path>.corrupt-<time>` */
function moveAside(path: string, now: number): string {
	const aside = path + ASIDE + new Date(now).toISOString().replaceAll(/[:.]/g, '-');
	renameSync(path, aside);
	// The log belongs to the file; its index is only an index and would not fit the new file.
	for (const suffix of ['-wal', '-shm', '-journal']) {
		if (existsSync(path + suffix)) renameSync(path + suffix, aside + suffix);
	}
	return aside;
}

/** Damaged files hold messages too: they are kept no longer than entries are, and not beyond a *forget*. */
export function removeAsides(path: string, putAsideBefore: number): void {
	const prefix = basename(path) + ASIDE;
	for (const name of namesIn(dirname(path))) {
		if (!name.startsWith(prefix)) continue;
		const file = join(dirname(path), name);
		if (asideTime(name.slice(prefix.length)) < putAsideBefore) rmSync(file, { force: true });
	}
}

/** A folder that was removed under the running process has nothing left to remove. */
function namesIn(folder: string): string[] {
	try {
		return readdirSync(folder);
	} catch {
		return [];
	}
}

/** ms since 1970 from `2026-01-01T00-00-00-000Z`, with or without the ending of a log. */
function asideTime(text: string): number {
	const [day, hours, minutes, seconds, ms] = /^(.{10})T(..)-(..)-(..)-(...)Z/.exec(text)?.slice(1) ?? [];
	return Date.parse(`${day}T${hours}:${minutes}:${seconds}.${ms}Z`);
}

/** Identifies the file behind a path, to notice that another process has already replaced it. */
export function fileIdentity(path: string): string | null {
	try {
		const { dev, ino } = statSync(path);
		return `${dev}:${ino}`;
	} catch {
		return null;
	}
}
