import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from '#lib/zod';
import { Listener, readBody } from './listener';

/** One thing a test or a person can do to a sandbox: written once, called in-process or over HTTP. */
export interface Command<In extends z.ZodType, Out> {
	/** One line for `GET /_control`. */
	readonly about: string;
	/** True when it changes nothing: reachable by GET too, with its input in the query. */
	readonly read?: boolean;
	readonly input: In;
	run(input: z.output<In>): Out;
}

export type CommandTable = Readonly<Record<string, Command<z.ZodType, unknown>>>;

/** The commands as plain functions; an input whose members are all optional may be left out. */
export type Functions<Table extends CommandTable> = {
	readonly [Name in keyof Table]: Table[Name] extends Command<infer In, infer Out>
		? // eslint-disable-next-line @typescript-eslint/no-generated-empty-object-type -- the empty object is the question
			Record<never, unknown> extends z.input<In>
			? (input?: z.input<In>) => Out
			: (input: z.input<In>) => Out
		: never;
};

/** Declares a command so that its types are inferred. */
export function command<In extends z.ZodType, Out>(definition: Command<In, Out>): Command<In, Out> {
	return definition;
}

/** Turns the table into typed functions that parse their input like the HTTP door does. */
export function functionsOf<Table extends CommandTable>(table: Table): Functions<Table> {
	const entries = Object.entries(table).map(([name, entry]) => [
		name,
		(input: unknown = {}) => entry.run(entry.input.parse(input)),
	]);
	// Object.fromEntries forgets which name had which type; the table's own type says it.
	return Object.fromEntries(entries) as Functions<Table>;
}

/** `camelCase` of a function becomes `kebab-case` of a path. */
function pathOf(name: string): string {
	return `/_control/${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

function queryOf(url: URL): Record<string, string> {
	return Object.fromEntries(url.searchParams);
}

/**
 * The control plane: its own port, so that it answers while the sandbox itself plays dead.
 * `POST /_control/<command>` with a JSON body; reading commands also as GET with a query.
 */
export function controlListener(host: string, table: CommandTable): Listener {
	const byPath = new Map(Object.entries(table).map(([name, entry]) => [pathOf(name), entry]));

	async function answer(request: IncomingMessage): Promise<{ status: number; json: unknown }> {
		const url = new URL(request.url ?? '/', 'http://control');
		if (url.pathname === '/_control') {
			return { status: 200, json: Object.fromEntries([...byPath].map(([path, { about }]) => [path, about])) };
		}
		const entry = byPath.get(url.pathname);
		if (entry === undefined) return { status: 404, json: { error: `no command ${url.pathname}` } };
		if (request.method === 'GET' && entry.read !== true) {
			return { status: 405, json: { error: `${url.pathname} changes something: use POST` } };
		}
		const body = (await readBody(request, 64 * 1024 * 1024)).toString();
		try {
			const input: unknown = { ...queryOf(url), ...(body === '' ? {} : (JSON.parse(body) as object)) };
			return { status: 200, json: (await entry.run(entry.input.parse(input))) ?? { ok: true } };
		} catch (error) {
			const issues = error instanceof z.ZodError ? error.issues : undefined;
			const message = error instanceof Error ? error.message : String(error);
			return { status: 400, json: { error: issues === undefined ? message : 'invalid input', issues } };
		}
	}

	return new Listener(host, (request: IncomingMessage, response: ServerResponse) => {
		answer(request).then(
			({ status, json }) => {
				response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' });
				response.end(JSON.stringify(json));
			},
			() => response.destroy(),
		);
	});
}
