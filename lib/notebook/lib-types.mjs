// The types of lib as cells see them: declarations that TypeScript 7 writes once for each state of lib, kept in build/notebook/.
// tslab alone checks and compiles every file of lib anew in each kernel, which takes half a minute.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, relative, sep } from 'node:path';

/** Moves when what is kept has another form. */
const FORM = 1;
/** States of lib that are kept: a person goes back and forth between a few. */
const KEPT = 4;
/** Nobody compiles for an hour. */
const LEFT_OVER_MS = 3_600_000;
const slashed = (path) => path.split(sep).join('/');

function filesBelow(folder, take) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return filesBelow(path, take);
    return take.test(entry.name) ? [path] : [];
  });
}

/**
 * The files of lib that a compiler may read, relative to the root, and the sha256 of each.
 * @param {string} root
 * @returns {Map<string, string>}
 */
export function readLib(root) {
  const files = new Map();
  for (const path of filesBelow(join(root, 'lib'), /\.(ts|mts|json)$/)) {
    files.set(slashed(relative(root, path)), createHash('sha256').update(readFileSync(path)).digest('hex'));
  }
  return files;
}

/**
 * Moves when a file of lib was written, came or went; much cheaper than their hashes.
 * @param {string} root
 */
export function stateOf(root) {
  return filesBelow(join(root, 'lib'), /\.(ts|mts|json)$/)
    .map((path) => {
      const found = statSync(path, { throwIfNoEntry: false });
      return `${path} ${found?.mtimeMs} ${found?.size}`;
    })
    .join('\n');
}

function keyOf(root, files) {
  // The packages' own types are part of what is declared.
  const around = ['tsconfig.json', 'package-lock.json', 'node_modules/typescript-native/package.json'];
  const parts = [...[...files].sort(), ...around.map((file) => [file, readFileSync(join(root, file), 'utf8')])];
  return createHash('sha256')
    .update(JSON.stringify([FORM, optionsOf('', ''), parts]))
    .digest('hex')
    .slice(0, 32);
}

const folderOf = (root) => join(root, 'build', 'notebook');
const pathOf = (root, key) => join(folderOf(root), `types-${key}.json`);

/**
 * What was made of lib in this state before, or undefined.
 * @param {string} root
 * @param {Map<string, string>} files
 * @returns {import('./lib-types.mjs').LibTypes | undefined}
 */
export function keptTypes(root, files) {
  const path = pathOf(root, keyOf(root, files));
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined;
}

/**
 * Has TypeScript 7 check lib and write its declarations, and keeps them. Errors in lib are part of the answer; rejects when the
 * compiler itself fails.
 * @param {string} root
 * @param {Map<string, string>} files
 * @returns {Promise<import('./lib-types.mjs').LibTypes>}
 */
export async function makeTypes(root, files) {
  mkdirSync(folderOf(root), { recursive: true });
  const work = mkdtempSync(join(folderOf(root), 'making-'));
  try {
    const key = keyOf(root, files);
    const types = await compile(root, work);
    // Edited meanwhile, lib is between two states: what was made serves this kernel, and no other.
    if (keyOf(root, readLib(root)) !== key) return types;
    const fresh = join(work, 'types.json');
    writeFileSync(fresh, JSON.stringify(types));
    // In one step: a kernel that starts meanwhile finds all of it or nothing.
    renameSync(fresh, pathOf(root, key));
    dropOldest(root, statSync(pathOf(root, key)).mtimeMs);
    return types;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function optionsOf(root, out) {
  const written = { noEmit: false, declaration: true, emitDeclarationOnly: true, rootDir: root, outDir: out };
  return { extends: `${root}/tsconfig.json`, compilerOptions: written, include: [`${root}/lib`], exclude: [`${root}/lib/*/assembly`] };
}

async function compile(root, work) {
  const out = join(work, 'out');
  const config = join(work, 'tsconfig.json');
  writeFileSync(config, JSON.stringify(optionsOf(slashed(root), slashed(out))));
  const compiler = join(createRequire(join(root, 'package.json')).resolve('typescript-native/package.json'), '..', 'bin', 'tsc');
  const { code, text } = await output([compiler, '-p', config, '--pretty', 'false'], root);
  const errors = errorsIn(text);
  const declarations = {};
  for (const path of existsSync(out) ? filesBelow(out, /\.d\.ts$/) : []) {
    declarations[slashed(relative(out, path))] = olderForm(readFileSync(path, 'utf8'));
  }
  const complete = existsSync(out) && (code === 0 || errors.length > 0);
  if (!complete)
    throw new Error(
      `makeTypes: expected TypeScript 7 to declare lib, got exit ${code}: ${text.trim()} Run npm ci, then start the kernel again.`,
    );
  return { declarations, errors };
}

/** Type arguments that tslab's TypeScript 5.0 does not know: there, typed arrays have none. */
const olderForm = (text) => text.replace(/\b((?:Big)?(?:Int|Uint|Float)\d+(?:Clamped)?Array|Buffer)<ArrayBuffer(?:Like)?>/g, '$1');

/** `lib/x/y.ts(3,5): error TS2322: text`, and lines of more text, indented. */
function errorsIn(text) {
  const errors = [];
  for (const line of text.split(/\r?\n/)) {
    const at = /^(\S.*?)\((\d+),(\d+)\): error TS\d+: (.*)$/.exec(line);
    if (at) errors.push({ file: slashed(at[1]), line: Number(at[2]), column: Number(at[3]), text: at[4] });
    else if (line.startsWith(' ') && errors.length > 0) errors[errors.length - 1].text += `\n${line}`;
  }
  return errors;
}

function output(args, cwd) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    let text = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (part) => {
        text += part;
      });
    }
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, text }));
  });
}

/** What is past its use: old states, and folders of kernels that were killed while they made one. */
function dropOldest(root, fresh) {
  const entries = readdirSync(folderOf(root)).map((name) => {
    const path = join(folderOf(root), name);
    return { name, path, at: statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0 };
  });
  const kept = entries.filter(({ name }) => name.startsWith('types-')).sort((a, b) => b.at - a.at);
  const left = entries.filter(({ name, at }) => name.startsWith('making-') && at < fresh - LEFT_OVER_MS);
  for (const { path } of [...kept.slice(KEPT), ...left]) rmSync(path, { recursive: true, force: true });
}
