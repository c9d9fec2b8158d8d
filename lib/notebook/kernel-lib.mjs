// Lib inside a kernel: cells are checked against its declarations, its own errors stop a cell that reaches them, and an edited file is
// seen by the next cell. tslab itself never meets a source of lib.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, relative, resolve, sep } from 'node:path';
import { runLib } from './lib-modules.mjs';
import { keptTypes, makeTypes, readLib, stateOf } from './lib-types.mjs';

/**
 * @param {string} root the working directory too
 * @param {typeof import('@tslab/typescript-for-tslab')} ts its `sys` is changed: tslab reads files through it
 * @param {boolean} headless lib is taken as it is found at the start; else an edit is seen by the next cell
 */
export function openLib(root, ts, headless) {
  const modules = runLib(root);
  const base = `${root.split(sep).join('/')}/`;
  const { sys } = ts;
  const { fileExists, readFile, watchFile } = sys;
  /** Who wants to know of a change of a declaration, by path. */
  const watchers = new Map();
  /** Modules of the project that cells have imported so far. */
  const imported = new Set();
  // The compiler keeps what it resolved for a file, also that there was nothing: a file made since would never be found.
  const resolved = ts.createModuleResolutionCache(root, (name) => name);
  let files = readLib(root);
  let state = headless ? '' : stateOf(root);
  /** The state of lib that `types` belong to. */
  let typed = files;
  let types = keptTypes(root, files);
  let failure;
  const pending = types ? undefined : make();

  function make() {
    const from = files;
    failure = undefined;
    return makeTypes(root, from).then(
      (made) => adopt(made, from),
      (error) => {
        failure = error;
      },
    );
  }

  function adopt(made, from) {
    const before = types?.declarations ?? {};
    [types, typed] = [made, from];
    resolved.clear();
    for (const [path, watching] of watchers) {
      const name = path.slice(base.length);
      const [old, now] = [before[name], made.declarations[name]];
      const kind = now === undefined ? ts.FileWatcherEventKind.Deleted : ts.FileWatcherEventKind.Changed;
      if (old !== now) for (const tell of watching) tell(path, kind);
    }
  }

  /** The text of a declaration; null for a source that one stands for; undefined for any other file. */
  const declared = (path) => {
    if (!path.startsWith(base) || !types) return undefined;
    const name = path.slice(base.length);
    return types.declarations[name] ?? (types.declarations[name.replace(/\.ts$/, '.d.ts')] === undefined ? undefined : null);
  };
  sys.fileExists = (path) => {
    const text = declared(path);
    return text === undefined ? fileExists(path) : text !== null;
  };
  sys.readFile = (path, encoding) => declared(path) ?? readFile(path, encoding);
  sys.watchFile = (path, tell, ...rest) => {
    if (path.startsWith(`${base}lib/`)) {
      const watching = watchers.get(path) ?? new Set();
      watchers.set(path, watching.add(tell));
      return { close: () => watching.delete(tell) };
    }
    // Packages don't move while a kernel lives; thousands of files would be asked for, several times a second.
    return headless || path.includes('/node_modules/') ? { close: () => {} } : watchFile(path, tell, ...rest);
  };
  // Folders are never watched: a file that comes or goes starts a second timer in the compiler, and tslab, which knows one, then
  // fails every cell ("Unexpected pending rebuildTimer").
  sys.watchDirectory = () => ({ close: () => {} });

  const resolveAnew = (host) => {
    host.resolveModuleNameLiterals = (names, from, _, options) =>
      names.map(({ text }) => ts.resolveModuleName(text, from, options, host, from.includes('__tslab__') ? undefined : resolved));
    return host;
  };

  const importsOf = (text) => ts.preProcessFile(text).importedFiles.flatMap(({ fileName }) => (fileName.startsWith('.') ? [fileName] : []));

  /** Sources that these modules reach, relative to the root. */
  function reach(modules) {
    const seen = new Set();
    const queue = [...modules].map((name) => resolve(root, name));
    for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
      const source = path.replace(/\.js$/, '.ts');
      if (seen.has(source)) continue;
      // Also one that is gone: that changes what reaches it.
      seen.add(source);
      if (!existsSync(source)) continue;
      queue.push(...importsOf(readFileSync(source, 'utf8')).map((name) => resolve(dirname(source), name)));
    }
    return new Set([...seen].map((source) => relative(root, source).split(sep).join('/')));
  }

  const changedBetween = (before, after) =>
    [...new Set([...before.keys(), ...after.keys()])].filter((file) => before.get(file) !== after.get(file));

  /** Lib as it stands now: its code at once, its types when cells reach what changed. */
  async function renew() {
    const now = stateOf(root);
    if (now !== state) {
      const before = files;
      [state, files] = [now, readLib(root)];
      modules.renew(changedBetween(before, files));
    }
    const changed = changedBetween(typed, files);
    if (changed.length === 0) return;
    const reached = reach(imported);
    if (!changed.some((file) => reached.has(file))) return;
    const kept = keptTypes(root, files);
    if (kept) adopt(kept, files);
    else await make();
  }

  /**
   * Makes ready what a cell imports. Gives what keeps it from running: errors in the files of lib that it reaches, or of the compiler.
   * @param {string} cell
   * @returns {Promise<string[]>}
   */
  async function prepare(cell) {
    const own = importsOf(cell);
    for (const name of own) imported.add(name);
    if (imported.size === 0) return [];
    await pending;
    if (failure) await make();
    else if (!headless) await renew();
    if (failure) return [failure.message];
    if (types.errors.length === 0) return [];
    const reached = reach(own);
    const errors = types.errors.filter(({ file }) => reached.has(file));
    return errors.map(({ file, line, column, text }) => `${file} ${line}:${column} - ${text}`);
  }

  return { prepare, resolveAnew, ready: () => types !== undefined };
}
