// What tslab asks of lib: TypeScript 5.0 with classic resolution takes it, and no file imports itself in a ring.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { expandShorthandProperties } from '../../lib/notebook/shorthand-properties.mjs';
import { typescript } from '../../lib/notebook/typescript.js';
import { ROOT } from './support.js';

test('lib compiles as the kernel compiles it', () => {
  const tsc = join(ROOT, 'node_modules', '@tslab', 'typescript-for-tslab', 'bin', 'tsc');
  // The kernel turns null checks on (lib/notebook/kernel.mjs).
  const flags = [tsc, '-p', join(ROOT, 'test', 'tsconfig.notebook.json'), '--strictNullChecks'];
  const check = spawnSync(process.execPath, flags, { encoding: 'utf8' });
  expect(check.stdout).toBe('');
  expect(check.status).toBe(0);
}, 120_000);

test('no ring of files: the kernel would load it until the stack is full', () => {
  const compiler = typescript();
  const options = { module: compiler.ModuleKind.ESNext, target: compiler.ScriptTarget.ES2022, verbatimModuleSyntax: true };
  /** Files that this one imports when it runs: types are erased. */
  const importsOf = (file: string): string[] =>
    compiler
      .preProcessFile(compiler.transpileModule(readFileSync(file, 'utf8'), { compilerOptions: options }).outputText)
      .importedFiles.filter(({ fileName }) => fileName.startsWith('.'))
      .map(({ fileName }) => resolve(dirname(file), fileName).replace(/\.js$/, '.ts'))
      .filter(existsSync);
  const files = readdirSync(join(ROOT, 'lib'), { recursive: true, encoding: 'utf8' }).filter((name) => /(?<!\.d)\.ts$/.test(name));
  const rings: string[] = [];
  const path: string[] = [];
  const done = new Set<string>();
  const visit = (file: string): void => {
    if (done.has(file)) return;
    const at = path.indexOf(file);
    if (at >= 0) {
      rings.push([...path.slice(at), file].map((name) => relative(ROOT, name)).join(' -> '));
      return;
    }
    path.push(file);
    for (const next of importsOf(file)) visit(next);
    path.pop();
    done.add(file);
  };
  for (const name of files) visit(join(ROOT, 'lib', name));
  expect(files.length).toBeGreaterThan(50);
  expect(rings).toEqual([]);
});

test('shorthand properties of earlier cells are written out, own names and everything else stay', () => {
  const expand = (source: string): string => expandShorthandProperties(typescript(), source);
  expect(expand('f({ a, b: { c } })')).toBe('f({ a: a, b: { c: c } })');
  expect(expand('const a = 1; g({ a, b })')).toBe('const a = 1; g({ a, b: b })');
  expect(expand("import { x } from './x.js'; h({ x }); const { y } = o; i({ y });")).toBe(
    "import { x } from './x.js'; h({ x }); const { y } = o; i({ y });",
  );
  expect(expand('rows.map((row) => ({ row, other }))')).toBe('rows.map((row) => ({ row, other: other }))');
  expect(expand('const t = `{ a }`; // { a }')).toBe('const t = `{ a }`; // { a }');
});
