import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';
import { AvitoApi } from '../../credentials/AvitoApi.credentials';
import { MaxUserApi } from '../../credentials/MaxUserApi.credentials';
import { MessengerAccountsApi } from '../../credentials/MessengerAccountsApi.credentials';
import { TelegramUserApi } from '../../credentials/TelegramUserApi.credentials';
import { AvitoTrigger } from '../../nodes/Avito/AvitoTrigger.node';
import { avitoOperations } from '../../nodes/Avito/operations';
import { MaxTrigger } from '../../nodes/Max/MaxTrigger.node';
import { maxOperations } from '../../nodes/Max/operations';
import { MessengerTrigger } from '../../nodes/Messenger/MessengerTrigger.node';
import { messengerOperations } from '../../nodes/Messenger/operations';
import { telegramOperations } from '../../nodes/TelegramUser/operations';
import { TelegramUserTrigger } from '../../nodes/TelegramUser/TelegramUserTrigger.node';
import type { AnyOperation, OperationTable } from '../../src/n8n';
import { optionFields } from '../../src/n8n/describe';

/** A messenger as its page describes it. */
export interface DocumentedNode {
	page: string;
	/** what the node is called, and its part of *Operations* in the README */
	name: string;
	credential: readonly INodeProperties[];
	trigger: readonly INodeProperties[];
	table: OperationTable;
}

/** Every messenger that has a page in `docs/`. */
export const DOCUMENTED: readonly DocumentedNode[] = [
	{
		page: 'docs/avito.md',
		name: 'Avito',
		credential: new AvitoApi().properties,
		trigger: new AvitoTrigger().description.properties,
		table: avitoOperations,
	},
	{
		page: 'docs/max.md',
		name: 'MAX User',
		credential: new MaxUserApi().properties,
		trigger: new MaxTrigger().description.properties,
		table: maxOperations,
	},
	{
		page: 'docs/telegram.md',
		name: 'Telegram User',
		credential: new TelegramUserApi().properties,
		trigger: new TelegramUserTrigger().description.properties,
		table: telegramOperations,
	},
	{
		page: 'docs/accounts.md',
		name: 'Messenger',
		credential: new MessengerAccountsApi().properties,
		trigger: new MessengerTrigger().description.properties,
		table: messengerOperations,
	},
];

/** Lists of fields in the documents, made from the descriptions the nodes show: name → Markdown. */
export function fieldBlocks({ credential, trigger, table }: DocumentedNode): ReadonlyMap<string, string> {
	const blocks = new Map<string, string>();
	blocks.set('credential', fieldList(credential));
	blocks.set('trigger', fieldList(trigger));
	blocks.set('shared', fieldList(sharedOptions(table)));
	for (const resource of table)
		for (const operation of resource.operations)
			blocks.set(`${resource.value}.${operation.value}`, operationBlock(operation));
	return blocks;
}

/** Replaces what stands between `<!-- fields: name -->` and `<!-- /fields -->`. @throws for a name nobody makes */
export function withFields(document: string, blocks: ReadonlyMap<string, string>): string {
	return document.replaceAll(
		/(<!-- fields: (\S+) -->)[\s\S]*?(<!-- \/fields -->)/g,
		(_, open: string, name: string, close: string) => {
			const block = blocks.get(name);
			if (block === undefined) throw new Error(`there are no fields named "${name}"`);
			return `${open}\n\n${block}\n\n${close}`;
		},
	);
}

/** Options that operations get for what they are, not for what they do: documented once. */
function sharedOptions(table: OperationTable): INodeProperties[] {
	const operations = table.flatMap((resource): AnyOperation[] => [...resource.operations]);
	const shared = new Map<string, INodeProperties>();
	for (const operation of operations)
		for (const field of optionFields(operation))
			if (!(operation.options ?? []).some(({ name }) => name === field.name)) shared.set(field.name, field);
	return [...shared.values()].sort((a, b) => a.displayName.localeCompare(b.displayName, 'en'));
}

function operationBlock(operation: AnyOperation): string {
	const options = [...(operation.options ?? [])].sort((a, b) =>
		a.displayName.localeCompare(b.displayName, 'en'),
	);
	const lines = [
		...operation.properties.map((field) => fieldLine(field, operation.properties)),
		...options.map((field) => fieldLine(field, options, 'Option ')),
	];
	return lines.length === 0 ? 'No parameters.' : lines.join('\n');
}

function fieldList(fields: readonly INodeProperties[]): string {
	return fields
		.filter(({ type }) => type !== 'notice')
		.map((field) => fieldLine(field, fields))
		.join('\n');
}

function fieldLine(field: INodeProperties, siblings: readonly INodeProperties[], prefix = ''): string {
	const facts = [...(field.required === true ? ['required'] : []), ...conditions(field, siblings)];
	const value = defaultOf(field);
	const head = `- ${prefix}**${field.displayName}**${facts.length === 0 ? '' : ` (${facts.join(', ')})`}`;
	const words = [
		...(field.description === undefined ? [] : [sentence(escape(field.description))]),
		...choices(field),
		...(value === null ? [] : [`Default: ${value}.`]),
	];
	return [words.length === 0 ? head : `${head}: ${words.join(' ')}`, ...nested(field)].join('\n');
}

/** What else must be chosen for the field to be shown. */
function conditions(field: INodeProperties, siblings: readonly INodeProperties[]): string[] {
	return Object.entries(field.displayOptions?.show ?? {}).map(([name, values]) => {
		const other = siblings.find((sibling) => sibling.name === name);
		const named = (values ?? []).map((value) => nameOf(other, value));
		return `if *${other?.displayName ?? name}* is ${named.join(' or ')}`;
	});
}

function nameOf(field: INodeProperties | undefined, value: unknown): string {
	if (typeof value === 'boolean') return value ? 'on' : 'off';
	const option = plainOptions(field).find((entry) => entry.value === value);
	return `*${option?.name ?? String(value)}*`;
}

function plainOptions(field: INodeProperties | undefined): INodePropertyOptions[] {
	return (field?.options ?? []).filter((entry): entry is INodePropertyOptions => 'value' in entry);
}

function choices(field: INodeProperties): string[] {
	if (field.type === 'resourceLocator')
		return [`Chosen ${(field.modes ?? []).map(({ displayName }) => `*${displayName}*`).join(', ')}.`];
	const options = plainOptions(field);
	return options.length === 0
		? []
		: [`One of ${options.map(({ name }) => `*${name}*`).join(', ')}.`].map((text) =>
				field.type === 'multiOptions' ? text.replace(/^One of/, 'Any of') : text,
			);
}

function defaultOf(field: INodeProperties): string | null {
	const value = field.default;
	if (value === '' || value === undefined || value === null) return null;
	if (typeof value === 'boolean') return value ? 'on' : 'off';
	if (field.type === 'options') return nameOf(field, value);
	if (Array.isArray(value))
		return value.length === 0 ? null : value.map((each) => nameOf(field, each)).join(', ');
	if (typeof value === 'number') return value.toLocaleString('en');
	return typeof value === 'string' && !value.includes('\n') ? `\`${value}\`` : null;
}

/** Rows of a collection, one level deeper. */
function nested(field: INodeProperties): string[] {
	if (field.type !== 'collection' && field.type !== 'fixedCollection') return [];
	const rows = (field.options ?? []).flatMap((entry): INodeProperties[] =>
		'values' in entry ? entry.values : [entry as INodeProperties],
	);
	return rows.map((row) => fieldLine(row, rows).replaceAll(/^/gm, '  '));
}

function sentence(text: string): string {
	return /[.!?]$/.test(text) ? text : `${text}.`;
}

/** Underscores and tags of a description must not become Markdown. */
function escape(text: string): string {
	return text.replaceAll(/<[^>]+>/g, '').replaceAll(/\{?(?:\w+\.)*\w+_\w+\}?/g, (word) => `\`${word}\``);
}
