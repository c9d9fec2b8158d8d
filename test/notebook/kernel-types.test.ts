// What notebooks ask of lib: TypeScript 5.0 with classic resolution takes it and its declarations, and no file imports itself in a ring.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { keptTypes, makeTypes, readLib } from '../../lib/notebook/lib-types.mjs';
import { expandShorthandProperties } from '../../lib/notebook/shorthand-properties.mjs';
import { typescript } from '../../lib/notebook/typescript.js';
import { ROOT } from './support.js';

test('lib compiles with the TypeScript of tslab', () => {
  const tsc = join(ROOT, 'node_modules', '@tslab', 'typescript-for-tslab', 'bin', 'tsc');
  // The kernel turns null checks on (lib/notebook/kernel.mjs).
  const flags = [tsc, '-p', join(ROOT, 'test', 'tsconfig.notebook.json'), '--strictNullChecks'];
  const check = spawnSync(process.execPath, flags, { encoding: 'utf8' });
  expect(check.stdout).toBe('');
  expect(check.status).toBe(0);
}, 120_000);

test('the declarations of lib are what TypeScript 5.0 understands', async () => {
  const compiler = typescript();
  const files = readLib(ROOT);
  const { declarations } = keptTypes(ROOT, files) ?? (await makeTypes(ROOT, files));
  const options = {
    target: compiler.ScriptTarget.ES2022,
    lib: ['lib.es2022.d.ts'],
    module: compiler.ModuleKind.ESNext,
    moduleResolution: compiler.ModuleResolutionKind.Node10,
    esModuleInterop: true,
    strictNullChecks: true,
    resolveJsonModule: true,
    types: ['node'],
    noEmit: true,
  };
  const host = compiler.createCompilerHost(options);
  const { fileExists, readFile } = host;
  const declared = (path: string): string | undefined => declarations[relative(ROOT, path)];
  host.fileExists = (path) => declared(path) !== undefined || (!declared(path.replace(/\.ts$/, '.d.ts')) && fileExists(path));
  host.readFile = (path) => declared(path) ?? readFile(path);
  const doors = Object.keys(declarations).filter((name) => /^lib\/(?!cli)[^/]+\/index\.d\.ts$/.test(name));
  const program = compiler.createProgram(
    doors.map((name) => join(ROOT, name)),
    options,
    host,
  );
  const sources = program.getSourceFiles().filter(({ fileName }) => declared(fileName) !== undefined);
  const wrong = sources.flatMap((source) => program.getSemanticDiagnostics(source));
  expect(sources.length).toBeGreaterThan(300);
  expect(wrong.map(({ file, messageText }) => `${relative(ROOT, file!.fileName)}: ${JSON.stringify(messageText)}`)).toEqual([]);
}, 120_000);

test('no ring of files: what a name holds would hang on which file is loaded first', () => {
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
