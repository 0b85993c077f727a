// Runs TypeScript as it is shipped: transformed file by file like our own code in dist, without the names that tsx sets
// on every closure anew (a third of what an account weighs). `node --import ./test/bench/typescript.mjs file.ts`

import { existsSync, readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';
import { transformSync } from 'esbuild';

registerHooks({
	resolve(specifier, context, next) {
		if (!specifier.startsWith('.') || context.parentURL?.endsWith('.ts') !== true)
			return next(specifier, context);
		const found = [specifier, `${specifier}.ts`, `${specifier}/index.ts`].find(
			(each) => /\.\w+$/.test(each) && existsSync(new URL(each, context.parentURL)),
		);
		return next(found ?? specifier, context);
	},
	load(url, context, next) {
		if (!url.endsWith('.ts')) return next(url, context);
		const { code } = transformSync(readFileSync(fileURLToPath(url), 'utf8'), {
			loader: 'ts',
			format: 'esm',
			target: 'node22.19',
			platform: 'node',
			sourcemap: 'inline',
			sourcefile: fileURLToPath(url),
		});
		return { format: 'module', source: `const __dirname = import.meta.dirname; ${code}`, shortCircuit: true };
	},
});
