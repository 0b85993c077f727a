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
import russianFields from './russian-fields.json';

/** How a list of fields is worded; names of fields and choices are n8n's in any language. */
export interface Wording {
	/** the ending of the page's name */
	page: '.md' | '.ru.md';
	/** heading over all operations */
	operations: string;
	required: string;
	if: string;
	or: string;
	on: string;
	off: string;
	oneOf: string;
	anyOf: string;
	chosen: string;
	byDefault: string;
	option: string;
	noParameters: string;
	/** of numbers */
	locale: string;
	/** @throws for one that nobody has translated */
	description: (english: string) => string;
}

export const ENGLISH: Wording = {
	page: '.md',
	operations: 'Operations',
	required: 'required',
	if: 'if',
	or: 'or',
	on: 'on',
	off: 'off',
	oneOf: 'One of',
	anyOf: 'Any of',
	chosen: 'Chosen',
	byDefault: 'Default',
	option: 'Option',
	noParameters: 'No parameters.',
	locale: 'en',
	description: (english) => english,
};

export const RUSSIAN: Wording = {
	page: '.ru.md',
	operations: 'Операции',
	required: 'обязательно',
	if: 'если',
	or: 'или',
	on: 'включено',
	off: 'выключено',
	oneOf: 'Одно из:',
	anyOf: 'Любые из:',
	chosen: 'Задаётся:',
	byDefault: 'По умолчанию',
	option: 'Опция',
	noParameters: 'Параметров нет.',
	locale: 'ru',
	description: (english) => {
		const russian = (russianFields as Readonly<Record<string, string>>)[english];
		if (russian === undefined)
			throw new Error(`test/docs/russian-fields.json needs the Russian words for "${english}"`);
		return russian;
	},
};

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
export function fieldBlocks(
	{ credential, trigger, table }: DocumentedNode,
	wording: Wording = ENGLISH,
): ReadonlyMap<string, string> {
	const blocks = new Map<string, string>();
	blocks.set('credential', fieldList(credential, wording));
	blocks.set('trigger', fieldList(trigger, wording));
	blocks.set('shared', fieldList(sharedOptions(table), wording));
	for (const resource of table)
		for (const operation of resource.operations)
			blocks.set(`${resource.value}.${operation.value}`, operationBlock(operation, wording));
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

function operationBlock(operation: AnyOperation, wording: Wording): string {
	const options = [...(operation.options ?? [])].sort((a, b) =>
		a.displayName.localeCompare(b.displayName, 'en'),
	);
	const lines = [
		...operation.properties.map((field) => fieldLine(field, operation.properties, wording)),
		...options.map((field) => fieldLine(field, options, wording, `${wording.option} `)),
	];
	return lines.length === 0 ? wording.noParameters : lines.join('\n');
}

function fieldList(fields: readonly INodeProperties[], wording: Wording): string {
	return fields
		.filter(({ type }) => type !== 'notice')
		.map((field) => fieldLine(field, fields, wording))
		.join('\n');
}

function fieldLine(
	field: INodeProperties,
	siblings: readonly INodeProperties[],
	wording: Wording,
	prefix = '',
): string {
	const facts = [
		...(field.required === true ? [wording.required] : []),
		...conditions(field, siblings, wording),
	];
	const value = defaultOf(field, wording);
	const head = `- ${prefix}**${field.displayName}**${facts.length === 0 ? '' : ` (${facts.join(', ')})`}`;
	const words = [
		...(field.description === undefined ? [] : [sentence(escape(wording.description(field.description)))]),
		...choices(field, wording),
		...(value === null ? [] : [`${wording.byDefault}: ${value}.`]),
	];
	return [words.length === 0 ? head : `${head}: ${words.join(' ')}`, ...nested(field, wording)].join('\n');
}

/** What else must be chosen for the field to be shown. */
function conditions(
	field: INodeProperties,
	siblings: readonly INodeProperties[],
	wording: Wording,
): string[] {
	return Object.entries(field.displayOptions?.show ?? {}).map(([name, values]) => {
		const other = siblings.find((sibling) => sibling.name === name);
		const named = (values ?? []).map((value) => nameOf(other, value, wording));
		const is = wording.locale === 'en' ? 'is' : '–';
		return `${wording.if} *${other?.displayName ?? name}* ${is} ${named.join(` ${wording.or} `)}`;
	});
}

function nameOf(field: INodeProperties | undefined, value: unknown, wording: Wording): string {
	if (typeof value === 'boolean') return value ? wording.on : wording.off;
	const option = plainOptions(field).find((entry) => entry.value === value);
	return `*${option?.name ?? String(value)}*`;
}

function plainOptions(field: INodeProperties | undefined): INodePropertyOptions[] {
	return (field?.options ?? []).filter((entry): entry is INodePropertyOptions => 'value' in entry);
}

function choices(field: INodeProperties, wording: Wording): string[] {
	if (field.type === 'resourceLocator')
		return [
			`${wording.chosen} ${(field.modes ?? []).map(({ displayName }) => `*${displayName}*`).join(', ')}.`,
		];
	const options = plainOptions(field);
	const all = options.map(({ name }) => `*${name}*`).join(', ');
	const few = field.type === 'multiOptions' ? wording.anyOf : wording.oneOf;
	return options.length === 0 ? [] : [`${few} ${all}.`];
}

function defaultOf(field: INodeProperties, wording: Wording): string | null {
	const value = field.default;
	if (value === '' || value === undefined || value === null) return null;
	if (typeof value === 'boolean') return value ? wording.on : wording.off;
	if (field.type === 'options') return nameOf(field, value, wording);
	if (Array.isArray(value))
		return value.length === 0 ? null : value.map((each) => nameOf(field, each, wording)).join(', ');
	if (typeof value === 'number') return value.toLocaleString(wording.locale);
	return typeof value === 'string' && !value.includes('\n') ? `\`${value}\`` : null;
}

/** Rows of a collection, one level deeper. */
function nested(field: INodeProperties, wording: Wording): string[] {
	if (field.type !== 'collection' && field.type !== 'fixedCollection') return [];
	const rows = (field.options ?? []).flatMap((entry): INodeProperties[] =>
		'values' in entry ? entry.values : [entry as INodeProperties],
	);
	return rows.map((row) => fieldLine(row, rows, wording).replaceAll(/^/gm, '  '));
}

function sentence(text: string): string {
	return /[.!?]$/.test(text) ? text : `${text}.`;
}

/** Underscores and tags of a description must not become Markdown. */
function escape(text: string): string {
	return text.replaceAll(/<[^>]+>/g, '').replaceAll(/\{?(?:\w+\.)*\w+_\w+\}?/g, (word) => `\`${word}\``);
}
