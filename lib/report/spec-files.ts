/** What a spec points to besides its data: rules, frozen runs, memories, policies. Where a pack keeps each, and the spec that finds them there. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseSpec, type ReplaySpec, startingMemory } from '../replay/index.js';
import { strategyEntry, strategyIds } from '../strategies/index.js';

/** A file or folder that a spec names. */
export interface SpecFile {
  /** As the spec names it. */
  readonly path: string;
  /** Its place in a pack; what is in a folder lies under it. */
  readonly at: string;
}

const FROZEN_FILES = ['run.json', 'decisions.jsonl', 'equity.csv'];
/** A policy's folder may hold a training's files too. */
const BUNDLE_FILES = ['bundle.json', 'weights.safetensors'];
/** Names of what ships with the code, such as an agent's card; other values are paths. */
const SHIPPED = /^[a-z][a-z0-9-]*$/;

/** The spec with each path in it replaced by what `to` says. */
export function withFiles(spec: ReplaySpec, to: (file: SpecFile) => string): ReplaySpec {
  const { rulebook, risk, frozenFrom, memory } = spec;
  return parseSpec({
    ...spec,
    ...(rulebook === 'default' ? {} : { rulebook: to({ path: rulebook, at: 'rulebook.json' }) }),
    ...(risk === 'none' || risk === 'house' ? {} : { risk: to({ path: risk, at: 'risk.json' }) }),
    ...(frozenFrom === undefined ? {} : { frozenFrom: to({ path: frozenFrom, at: 'frozen' }) }),
    ...(memory?.from === undefined ? {} : { memory: { ...memory, from: to({ path: memory.from, at: 'memory' }) } }),
    strategies: spec.strategies.map(({ id, parameters }, i) => {
      const models = Object.entries(parameters).flatMap(([name, value]) =>
        isModelPath(id, name, value) ? [[name, to({ path: value as string, at: `models/${i + 1}.${name}` })]] : [],
      );
      return { id, parameters: { ...parameters, ...Object.fromEntries(models) } };
    }),
  });
}

/** Of strategies that rest on models, which parameters are paths. */
function isModelPath(id: string, name: string, value: unknown): boolean {
  if (typeof value !== 'string' || value === '' || !strategyIds().includes(id)) return false;
  return strategyEntry(id).models !== undefined && (name === 'bundle' || !SHIPPED.test(value));
}

export function filesOf(spec: ReplaySpec): SpecFile[] {
  const files: SpecFile[] = [];
  withFiles(spec, (file) => {
    files.push(file);
    return file.path;
  });
  return files;
}

/** The files of a spec that are not there. A memory that is not there refuses by itself, with its own words. */
export const missingFiles = (spec: ReplaySpec): string[] =>
  filesOf(spec)
    .filter(({ path, at }) => at !== 'memory' && !existsSync(path))
    .map(({ path }) => path);

/** Each file that belongs to a pack: its name there, and where it lies now. */
export function packedFiles(spec: ReplaySpec): { readonly name: string; readonly path: string }[] {
  return filesOf(spec).flatMap(({ path, at }) => {
    if (at === 'memory') return filesUnder(startingMemory(spec.memory!)!, at);
    if (at === 'frozen') return FROZEN_FILES.map((name) => ({ name: `${at}/${name}`, path: join(path, name) }));
    if (statSync(path).isDirectory()) return BUNDLE_FILES.map((name) => ({ name: `${at}/${name}`, path: join(path, name) }));
    return [{ name: at, path }];
  });
}

/** All but the lock of a memory's writer. */
function filesUnder(folder: string, at: string): { readonly name: string; readonly path: string }[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((inner) => !basename(inner).startsWith('writer.db') && !statSync(join(folder, inner)).isDirectory())
    .sort()
    .map((inner) => ({ name: `${at}/${inner.replaceAll('\\', '/')}`, path: join(folder, inner) }));
}
