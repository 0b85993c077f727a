/** Reads the imports of a TypeScript file from its syntax tree. */
import ts from 'typescript';

/** One import of one file. */
export interface Import {
	/** As written: `./x`, `#lib/zod`, `node:net`, `n8n-workflow`. */
	specifier: string;
	/** `type`: gone at run time; `lazy`: `import()` or `require()` inside code; `static`: loaded with the file. */
	kind: 'static' | 'type' | 'lazy';
	/** Line number, from 1. */
	line: number;
}

function kindOfImport(clause: ts.ImportClause | undefined): Import['kind'] {
	if (!clause) return 'static';
	if (clause.phaseModifier === ts.SyntaxKind.TypeKeyword) return 'type';
	const named = clause.namedBindings;
	const isAllTypes =
		!clause.name && named && ts.isNamedImports(named) && named.elements.length > 0
			? named.elements.every((element) => element.isTypeOnly)
			: false;
	return isAllTypes ? 'type' : 'static';
}

function textOf(node: ts.Node | undefined): string | undefined {
	return node && ts.isStringLiteralLike(node) ? node.text : undefined;
}

function isRequireOrImport(node: ts.CallExpression): boolean {
	if (node.expression.kind === ts.SyntaxKind.ImportKeyword) return true;
	return ts.isIdentifier(node.expression) && node.expression.text === 'require';
}

function readNode(node: ts.Node): Omit<Import, 'line'> | undefined {
	if (ts.isImportDeclaration(node)) {
		const specifier = textOf(node.moduleSpecifier);
		return specifier === undefined ? undefined : { specifier, kind: kindOfImport(node.importClause) };
	}
	if (ts.isExportDeclaration(node)) {
		const specifier = textOf(node.moduleSpecifier);
		return specifier === undefined ? undefined : { specifier, kind: node.isTypeOnly ? 'type' : 'static' };
	}
	if (ts.isCallExpression(node) && isRequireOrImport(node)) {
		const specifier = textOf(node.arguments[0]);
		return specifier === undefined ? undefined : { specifier, kind: 'lazy' };
	}
	if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
		const specifier = textOf(node.argument.literal);
		return specifier === undefined ? undefined : { specifier, kind: 'type' };
	}
	return undefined;
}

/** All imports of a file, in order, wherever in the code they stand. */
export function readImports(path: string, source: string): Import[] {
	const file = ts.createSourceFile(path, source, ts.ScriptTarget.Latest, true);
	const found: Import[] = [];
	const visit = (node: ts.Node): void => {
		const read = readNode(node);
		if (read) found.push({ ...read, line: file.getLineAndCharacterOfPosition(node.getStart()).line + 1 });
		ts.forEachChild(node, visit);
	};
	visit(file);
	return found;
}
