/** Reads the settings once, in layers: defaults < hindcast.config.json < .env < environment < flags. */
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { ConfigError } from './errors.js';
import { nearest } from './nearest.js';
import { environmentNames, pathNames, type SettingName, type SettingsValues, secretNames, settingNames, settingsSchema } from './schema.js';

export interface Settings {
  readonly values: SettingsValues;
  /** Where each value came from, such as `default` or `environment OLLAMA_HOST`. */
  readonly origins: Readonly<Record<SettingName, string>>;
}

interface LoadOptions {
  /** The project root: holds hindcast.config.json and .env. */
  readonly root: string;
  /** Flags of the command line by setting. Their paths are relative to `cwd`. */
  readonly flags?: Readonly<Record<string, unknown>>;
  /** The process's own by default. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
}

interface Given {
  value: unknown;
  origin: string;
}

const CONFIG_FILE = 'hindcast.config.json';

/** Settings, frozen. Throws ConfigError naming the key, where it came from, what was expected and what came. */
export function loadSettings({ root, flags = {}, environment = process.env, cwd = process.cwd() }: LoadOptions): Settings {
  const given = new Map<string, Given>();
  for (const [key, value] of Object.entries(readConfigFile(join(root, CONFIG_FILE)))) given.set(key, { value, origin: CONFIG_FILE });
  layVariables(given, readDotEnv(join(root, '.env')), '.env');
  layVariables(given, environment, 'environment');
  for (const [key, value] of Object.entries(flags)) given.set(key, { value, origin: 'flag' });

  for (const [key, { origin }] of given) {
    if (!settingNames.includes(key as SettingName)) throw unknownKey(key, origin, settingNames);
  }
  const parsed = settingsSchema.safeParse(Object.fromEntries([...given].map(([key, { value }]) => [key, value])));
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    const key = String(issue.path[0]) as SettingName;
    const { value, origin } = given.get(key)!;
    const wanted = issue.code === 'invalid_value' ? `one of ${issue.values.join(', ')}` : issue.message;
    const shown = secretNames.has(key) ? '****' : JSON.stringify(value);
    throw new ConfigError(`loadSettings: expected ${key} to be ${wanted}, got ${shown} from ${origin}. Correct it there.`);
  }
  const values: Record<string, unknown> = { ...parsed.data };
  const origins: Record<string, string> = {};
  for (const name of settingNames) {
    const origin = given.get(name)?.origin ?? 'default';
    origins[name] = origin;
    if (pathNames.has(name) && values[name] !== undefined) values[name] = resolve(origin === 'flag' ? cwd : root, String(values[name]));
  }
  return Object.freeze({ values: Object.freeze(values) as SettingsValues, origins: Object.freeze(origins) as Settings['origins'] });
}

function layVariables(given: Map<string, Given>, variables: Readonly<Record<string, string | undefined>>, from: string): void {
  for (const name of settingNames) {
    const value = variables[environmentNames[name]];
    // An empty variable is how a shell takes one away for one command.
    if (value !== undefined && value !== '') given.set(name, { value, origin: `${from} ${environmentNames[name]}` });
  }
}

function readDotEnv(path: string): Readonly<Record<string, string | undefined>> {
  if (!existsSync(path)) return {};
  const variables = parseEnv(readFileSync(path, 'utf8'));
  const known = Object.values(environmentNames);
  for (const key of Object.keys(variables)) {
    if (key.startsWith('HINDCAST_') && !known.includes(key)) throw unknownKey(key, '.env', known);
  }
  return variables;
}

function readConfigFile(path: string): Record<string, unknown> {
  if (!existsSync(path)) return {};
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new ConfigError(`loadSettings: expected JSON in ${path}, got ${(error as Error).message}. Correct it or remove the file.`, {
      cause: error,
    });
  }
  if (content === null || typeof content !== 'object' || Array.isArray(content)) {
    throw new ConfigError(
      `loadSettings: expected an object in ${path}, got ${JSON.stringify(content)}. Write for example {"logLevel": "warn"}.`,
    );
  }
  return content as Record<string, unknown>;
}

function unknownKey(key: string, origin: string, names: readonly string[]): ConfigError {
  const like = nearest(key, names);
  return new ConfigError(
    `loadSettings: expected a known setting, got "${key}" from ${origin}. ${like ? `Did you mean ${like}?` : `Use one of ${names.join(', ')}.`}`,
  );
}
