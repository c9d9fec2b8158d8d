/** Every setting: its default, its meaning, the environment variable that sets it, whether it is a secret. */
import { z } from 'zod';
import { type LogLevel, logLevels } from '../core/index.js';

interface About {
  /** What it is for, in a few words. */
  readonly meaning: string;
  /** The environment variable that sets it, in .env too. */
  readonly variable: string;
  /** A value, as the variable takes it. */
  readonly example: string;
  /** Never shown. */
  readonly secret?: true;
  /** A path, relative to the project root unless it comes from a flag. */
  readonly path?: true;
}

const about = z.registry<About>();

const text = () => z.string().min(1, 'text');
const path = () => text();
const whole = (min: number) => z.int(`a whole number, ${min} or more`).min(min, `a whole number, ${min} or more`);
const level = z.enum(logLevels);

function isPlainUrl(value: string): boolean {
  if (!URL.canParse(value)) return false;
  const { protocol, username, password } = new URL(value);
  return /^https?:$/.test(protocol) && username === '' && password === '';
}
const url = () => z.string().refine(isPlainUrl, 'an http or https URL without user and password');
const sourceName = z
  .string()
  .regex(
    /^(tushare|akshare|yahoo|ccxt:.+|embedded:(cn|us)|lab:.+|file:.+|duckdb:[^?]+\?.+)$/s,
    'tushare, akshare, yahoo, ccxt:<exchange>, embedded:cn, embedded:us, lab:<preset>, file:<path> or duckdb:<file>?<table>',
  );

export const settingsSchema = z.strictObject({
  resultsDir: path()
    .default('results')
    .register(about, { meaning: 'folder for runs', variable: 'HINDCAST_RESULTS', example: 'results', path: true }),
  dataDir: path()
    .default('data/store')
    .register(about, { meaning: 'folder for stored bars', variable: 'HINDCAST_DATA', example: 'data/store', path: true }),
  cacheDir: path()
    .default('data/cache')
    .register(about, { meaning: 'folder of the cache of data sources', variable: 'HINDCAST_CACHE', example: 'data/cache', path: true }),
  cacheMemoryMb: whole(1)
    .default(64)
    .register(about, { meaning: 'most that the cache keeps in memory', variable: 'HINDCAST_CACHE_MEMORY_MB', example: '64' }),
  cacheDiskMb: whole(1)
    .default(1024)
    .register(about, { meaning: 'most that the cache keeps on disk', variable: 'HINDCAST_CACHE_DISK_MB', example: '1024' }),
  logLevel: level
    .default('info')
    .register(about, { meaning: 'least severe log line shown', variable: 'HINDCAST_LOG_LEVEL', example: 'warn' }),
  logLevels: z
    .record(z.string().regex(/^[a-z]+$/, 'the name of a room'), level)
    .default({})
    .register(about, {
      meaning: 'log levels of single rooms of lib',
      variable: 'HINDCAST_LOG_LEVELS',
      example: 'feeds=debug,jobs=warn',
    }),
  leaseMs: whole(1000).default(20_000).register(about, {
    meaning: 'how long a long task stays with its process without a sign of life',
    variable: 'HINDCAST_LEASE_MS',
    example: '20000',
  }),
  heartbeatMs: whole(100)
    .default(5_000)
    .register(about, { meaning: 'how often a long task gives a sign of life', variable: 'HINDCAST_HEARTBEAT_MS', example: '5000' }),
  sources: z.array(sourceName).default([]).register(about, {
    meaning: 'data sources to fetch from, first choice first',
    variable: 'HINDCAST_SOURCES',
    example: 'tushare,akshare',
  }),
  tushareToken: text()
    .optional()
    .register(about, { meaning: 'token of Tushare Pro', variable: 'HINDCAST_TUSHARE_TOKEN', example: '<your token>', secret: true }),
  tushareUrl: url().optional().register(about, {
    meaning: 'where Tushare answers, when not its own address',
    variable: 'HINDCAST_TUSHARE_URL',
    example: 'https://api.tushare.pro',
  }),
  aktoolsUrl: url().optional().register(about, {
    meaning: 'where AKTools answers, when not on port 8080 here',
    variable: 'HINDCAST_AKTOOLS_URL',
    example: 'http://127.0.0.1:8080',
  }),
  yahooUrl: url().optional().register(about, {
    meaning: 'where Yahoo answers, when not its own address',
    variable: 'HINDCAST_YAHOO_URL',
    example: 'https://query2.finance.yahoo.com',
  }),
  ccxtUrl: url().optional().register(about, {
    meaning: 'where exchanges answer, when not their own addresses',
    variable: 'HINDCAST_CCXT_URL',
    example: 'https://api.binance.com',
  }),
  ollamaHost: text()
    .default('127.0.0.1:11434')
    .register(about, { meaning: 'where Ollama answers, host:port or URL', variable: 'OLLAMA_HOST', example: '127.0.0.1:11434' }),
  ollamaApiKey: text()
    .optional()
    .register(about, { meaning: 'key for an Ollama that asks for one', variable: 'OLLAMA_API_KEY', example: '<your key>', secret: true }),
  python: path().default('.venv/bin/python').register(about, {
    meaning: "Python that has the project's Jupyter",
    variable: 'HINDCAST_PYTHON',
    example: '.venv/bin/python',
    path: true,
  }),
  browser: path().optional().register(about, {
    meaning: 'Chromium for the report tests; looked for in PATH when not set',
    variable: 'HINDCAST_BROWSER',
    example: '/usr/bin/chromium',
    path: true,
  }),
});

export type SettingsValues = Readonly<z.output<typeof settingsSchema>>;
/** What a hindcast.config.ts exports as default. */
export type SettingsInput = Readonly<z.input<typeof settingsSchema>>;
export type SettingName = keyof SettingsValues;

export const settingNames = Object.keys(settingsSchema.shape) as SettingName[];

export const aboutSetting = (name: SettingName): About => about.get(settingsSchema.shape[name])!;

export type SettingKind =
  | { readonly kind: 'text' | 'whole' | 'list' | 'levels'; readonly default?: unknown }
  | { readonly kind: 'choice'; readonly choices: readonly string[]; readonly default?: unknown };

/** What a setting holds, and its default when it has one. */
export function kindOf(name: SettingName): SettingKind {
  const schema = settingsSchema.shape[name];
  const given = schema instanceof z.ZodDefault ? { default: schema.def.defaultValue as unknown } : {};
  const inner = schema instanceof z.ZodDefault || schema instanceof z.ZodOptional ? schema.unwrap() : schema;
  if (inner instanceof z.ZodEnum) return { kind: 'choice', choices: inner.options as LogLevel[], ...given };
  if (inner instanceof z.ZodArray) return { kind: 'list', ...given };
  if (inner instanceof z.ZodRecord) return { kind: 'levels', ...given };
  return { kind: inner instanceof z.ZodNumber ? 'whole' : 'text', ...given };
}
