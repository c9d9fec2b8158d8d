/** Every setting: its default, its meaning, the environment variable that sets it, whether it is a secret. */
import { z } from 'zod';

export const settingsSchema = z.strictObject({
  resultsDir: z.string().min(1).default('results').describe('folder for runs'),
  logLevel: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info').describe('least severe log line shown'),
  python: z.string().min(1).default('.venv/bin/python').describe("Python that has the project's Jupyter"),
  browser: z.string().min(1).optional().describe('Chromium for the report tests; looked for in PATH when not set'),
  ollamaHost: z.string().min(1).default('127.0.0.1:11434').describe('where Ollama answers, host:port or URL'),
  ollamaApiKey: z.string().min(1).optional().describe('key for an Ollama that asks for one'),
});

export type SettingsValues = Readonly<z.output<typeof settingsSchema>>;
export type SettingName = keyof SettingsValues;

export const settingNames = Object.keys(settingsSchema.shape) as SettingName[];

/** The environment variable of each setting. Ollama's own names are kept. */
export const environmentNames: Readonly<Record<SettingName, string>> = {
  resultsDir: 'HINDCAST_RESULTS',
  logLevel: 'HINDCAST_LOG_LEVEL',
  python: 'HINDCAST_PYTHON',
  browser: 'HINDCAST_BROWSER',
  ollamaHost: 'OLLAMA_HOST',
  ollamaApiKey: 'OLLAMA_API_KEY',
};

/** Settings whose value is never shown. */
export const secretNames: ReadonlySet<SettingName> = new Set<SettingName>(['ollamaApiKey']);

/** Settings that hold a path, relative to the project root unless they come from a flag. */
export const pathNames: ReadonlySet<SettingName> = new Set<SettingName>(['resultsDir', 'python', 'browser']);
