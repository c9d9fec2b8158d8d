/** Reads the settings once, in layers: defaults < hindcast.config.ts or .json < .env < environment < flags. */
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { keepSecrets } from '../core/index.js';
import { readConfigFile } from './config-file.js';
import { ConfigError } from './errors.js';
import { exampleLine, type SettingProblem, unknownKey } from './problem.js';
import { aboutSetting, kindOf, type SettingName, type SettingsValues, settingNames, settingsSchema } from './schema.js';
import { shownValue, valueFromText } from './text.js';

export interface Settings {
  readonly values: SettingsValues;
  /** Where each value came from, such as `default` or `environment OLLAMA_HOST`. */
  readonly origins: Readonly<Record<SettingName, string>>;
}

export interface LoadOptions {
  /** The project root: holds hindcast.config.ts or .json, and .env. */
  readonly root: string;
  /** Flags of the command line by setting. Their paths are relative to `cwd`. */
  readonly flags?: Readonly<Record<string, unknown>>;
  /** The process's own by default. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
}

interface Given {
  readonly value: unknown;
  readonly origin: string;
}

/** Variables between processes of the project, which are no settings. */
const INTERNAL = /^HINDCAST_KERNEL_/;

/** Settings, frozen. Throws ConfigError naming the key, where it came from, what was expected and what came. */
export function loadSettings(options: LoadOptions): Settings {
  const { settings, problems } = readSettings(options);
  // A stray variable in the environment may be another program's; in a file of the project it is a slip.
  const [first, ...more] = problems.filter(({ stray }) => !stray);
  if (first === undefined) return settings;
  const rest = more.length > 0 ? ` (${more.length} more: hindcast config check)` : '';
  throw new ConfigError(`loadSettings: ${first.says}${rest}`);
}

interface ReadProblem extends SettingProblem {
  /** Unknown, and in the environment only. */
  readonly stray?: true;
}

/**
 * Settings as far as they can be read: a key that is wrong stands at its default, and is named in `problems`. Secrets of every layer are
 * known to the masking from here on. Throws ConfigError only for a settings file that can't be read at all.
 */
export function readSettings({ root, flags = {}, environment = process.env, cwd = process.cwd() }: LoadOptions): {
  settings: Settings;
  problems: readonly ReadProblem[];
} {
  const variables = settingNames.map((name) => aboutSetting(name).variable);
  const dotEnv = readDotEnv(join(root, '.env'));
  // First of all, so that no complaint about a later layer can hold a secret.
  const fromVariables = [...layOf(dotEnv, '.env'), ...layOf(environment, 'environment')];
  keepSecretsOf(fromVariables);
  const file = readConfigFile(root);
  const layers: [string, Given][] = [
    ...Object.entries(file?.content ?? {}).map(([key, value]): [string, Given] => [key, { value, origin: file!.name }]),
    ...fromVariables,
    ...Object.entries(flags).map(([key, value]): [string, Given] => [key, { value, origin: 'flag' }]),
  ];
  keepSecretsOf(layers);

  const given = new Map<string, Given>(layers);
  const problems: ReadProblem[] = [];
  for (const key of Object.keys(dotEnv)) {
    if (key.startsWith('HINDCAST_') && !variables.includes(key)) problems.push(unknownKey(key, '.env', variables));
  }
  for (const key of Object.keys(environment)) {
    const known = variables.includes(key) || INTERNAL.test(key);
    if (key.startsWith('HINDCAST_') && !known) problems.push({ ...unknownKey(key, 'environment', variables), stray: true });
  }
  const values: Record<string, unknown> = {};
  const origins: Record<string, string> = {};
  for (const [key, { origin }] of given) if (!isName(key)) problems.push(unknownKey(key, origin, settingNames));
  for (const name of settingNames) {
    const schema = settingsSchema.shape[name];
    const { value, origin } = given.get(name) ?? { value: undefined, origin: 'default' };
    const parsed = schema.safeParse(value);
    origins[name] = parsed.success ? origin : 'default';
    if (!parsed.success) {
      const shown = aboutSetting(name).secret ? '****' : JSON.stringify(shownValue(name, value));
      const says = `expected ${name} to be ${wantedOf(name, parsed.error.issues[0]!)}, got ${shown} from ${origin}. Correct it there.`;
      problems.push({ key: name, kind: 'wrong', says, example: exampleLine(name) });
    }
    const read = parsed.success ? parsed.data : schema.parse(undefined);
    if (read === undefined) continue;
    const isPath = aboutSetting(name).path;
    values[name] = isPath ? resolve(origins[name] === 'flag' ? cwd : root, String(read)) : deepFrozen(read);
  }
  const settings = { values: Object.freeze(values) as SettingsValues, origins: Object.freeze(origins) as Settings['origins'] };
  return { settings: Object.freeze(settings), problems };
}

const isName = (key: string): key is SettingName => settingNames.includes(key as SettingName);

/** What a value should be, from zod's first complaint; within lists and levels too. */
function wantedOf(
  name: SettingName,
  issue: {
    readonly code?: string;
    readonly message: string;
    readonly values?: readonly unknown[];
    readonly issues?: readonly { readonly message: string }[];
  },
): string {
  if (issue.code === 'invalid_key') return issue.issues?.[0]?.message ?? issue.message;
  if (issue.code === 'invalid_value') return `one of ${(issue.values ?? []).join(', ')}`;
  const { kind } = kindOf(name);
  if (issue.code === 'invalid_type' && kind === 'pairs') return `name=value pairs, such as ${aboutSetting(name).example}`;
  if (issue.code === 'invalid_type' && kind === 'list') return 'a list';
  return issue.code === 'invalid_type' && kind === 'text' ? 'text' : issue.message;
}

function layOf(variables: Readonly<Record<string, string | undefined>>, from: string): [SettingName, Given][] {
  return settingNames.flatMap((name): [SettingName, Given][] => {
    const { variable } = aboutSetting(name);
    const text = variables[variable];
    // An empty variable is how a shell takes one away for one command.
    return text === undefined || text === '' ? [] : [[name, { value: valueFromText(name, text), origin: `${from} ${variable}` }]];
  });
}

function keepSecretsOf(layers: readonly (readonly [string, Given])[]): void {
  keepSecrets(layers.flatMap(([key, { value }]) => (isName(key) && aboutSetting(key).secret ? textsIn(value) : [])));
}

/** A secret may be one text, or several by name. */
function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

const readDotEnv = (path: string): Readonly<Record<string, string | undefined>> =>
  existsSync(path) ? parseEnv(readFileSync(path, 'utf8')) : {};

function deepFrozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null) for (const part of Object.values(Object.freeze(value))) deepFrozen(part);
  return value;
}
