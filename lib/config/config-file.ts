/** The settings file at the project root: hindcast.config.ts (stripped of its types by Node itself) or hindcast.config.json. */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { ConfigError } from './errors.js';

const TS = 'hindcast.config.ts';
const JSON_FILE = 'hindcast.config.json';

interface ConfigFile {
  readonly name: string;
  readonly content: Readonly<Record<string, unknown>>;
}

/**
 * The file's name and content; undefined when there is none. Throws ConfigError when there are both, or one that can't be read. What
 * went wrong inside a file is told by place only: messages of parsers quote the text around, which may be a secret.
 */
export function readConfigFile(root: string): ConfigFile | undefined {
  const found = [TS, JSON_FILE].filter((name) => existsSync(join(root, name)));
  if (found.length > 1) {
    throw new ConfigError(`loadSettings: expected one settings file, got ${TS} and ${JSON_FILE}. Remove one of them.`);
  }
  const name = found[0];
  if (name === undefined) return undefined;
  const content = name === TS ? loadModule(join(root, name)) : readJson(join(root, name));
  if (content === null || typeof content !== 'object' || Array.isArray(content)) {
    const write = name === TS ? 'export default { logLevel: "warn" }' : '{"logLevel": "warn"}';
    throw new ConfigError(
      `loadSettings: expected an object in ${join(root, name)}, got ${content === null ? 'null' : Array.isArray(content) ? 'a list' : typeof content}. Write for example ${write}.`,
    );
  }
  return { name, content: content as Record<string, unknown> };
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    const place = / at position \d+( \(line \d+ column \d+\))?/.exec((error as Error).message)?.[0] ?? '';
    throw new ConfigError(`loadSettings: expected JSON in ${path}, got a mistake${place}. Correct it or remove the file.`);
  }
}

function loadModule(path: string): unknown {
  try {
    return (createRequire(path)(path) as { default?: unknown }).default;
  } catch (error) {
    const { name, code, stack = '' } = error as NodeJS.ErrnoException;
    const line = new RegExp(`${TS.replaceAll('.', '\\.')}:(\\d+)`).exec(stack)?.[1];
    throw new ConfigError(
      `loadSettings: expected a module in ${path} that can be loaded without await, got ${code ?? name}${line ? ` at line ${line}` : ''}. See it in full with: node ${path}`,
    );
  }
}
