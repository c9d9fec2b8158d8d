/** What a command needs of the settings beyond their being well-formed. */
import { existsSync } from 'node:fs';
import { type LoadOptions, readSettings, type Settings } from './load.js';
import { exampleLine, type SettingProblem } from './problem.js';
import type { SettingName } from './schema.js';

type Need = (settings: Settings) => SettingProblem[];

const needsOf: Readonly<Record<string, readonly Need[]>> = {
  data: [tokenOf('tushare', 'tushareToken')],
  tasks: [roomForBeats],
  models: [serversOfModels],
  doctor: [fileOf('python'), fileOf('browser')],
};

/**
 * Every key that is missing, wrong or unknown for `command`, or for all commands without one. Throws ConfigError for a settings file
 * that can't be read at all.
 */
export function checkSettings(options: LoadOptions, command?: string): SettingProblem[] {
  const { settings, problems } = readSettings(options);
  const needs = command === undefined ? Object.values(needsOf).flat() : (needsOf[command] ?? []);
  return [...problems.map(({ stray: _, ...problem }) => problem), ...needs.flatMap((need) => need(settings))];
}

function tokenOf(source: string, name: SettingName): Need {
  return ({ values }) => {
    if (!values.sources.includes(source) || values[name] !== undefined) return [];
    return [{ key: name, kind: 'missing', says: `expected ${name} for the source ${source}, got none.`, example: exampleLine(name) }];
  };
}

/** `ollama` is there without being named. */
function serversOfModels({ values }: Settings): SettingProblem[] {
  const servers = ['ollama', ...Object.keys(values.llmServers)];
  const named = [...Object.values(values.llmTiers), ...(values.llmEmbed === undefined ? [] : [values.llmEmbed])];
  const unknown = [...new Set(named.map((model) => model.split('/')[0]!))].filter((server) => !servers.includes(server));
  const of = (key: SettingName, says: string): SettingProblem => ({ key, kind: 'wrong', says, example: exampleLine(key) });
  const keys = Object.keys(values.llmKeys).filter((server) => !(server in values.llmServers));
  return [
    ...unknown.map((server) => of('llmServers', `expected the URL of the server ${server} that models name, got none.`)),
    ...keys.map((server) => of('llmKeys', `expected keys of servers in llmServers, got one for ${server}.`)),
  ];
}

function roomForBeats({ values: { leaseMs, heartbeatMs } }: Settings): SettingProblem[] {
  if (heartbeatMs < leaseMs) return [];
  const says = `expected heartbeatMs below leaseMs, got ${heartbeatMs} and ${leaseMs}.`;
  return [{ key: 'heartbeatMs', kind: 'wrong', says, example: exampleLine('heartbeatMs') }];
}

/** A program that was named must be there; what is only a default may be absent. */
function fileOf(name: 'python' | 'browser'): Need {
  return ({ values, origins }) => {
    const path = values[name];
    if (origins[name] === 'default' || path === undefined || existsSync(path)) return [];
    const says = `expected ${name} to be a file, got ${path} from ${origins[name]}, where there is none.`;
    return [{ key: name, kind: 'wrong', says, example: exampleLine(name) }];
  };
}
