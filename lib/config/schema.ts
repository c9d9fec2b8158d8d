/** Every setting: its default, its meaning, the environment variable that sets it, whether it is a secret. */
import { z } from 'zod';
import { logLevels } from '../core/index.js';

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
/** `name=value` pairs whose names are of one kind. */
const pairs = (name: RegExp, called: string, value: z.ZodString) => z.record(z.string().regex(name, called), value).default({});
const SERVER = /^[a-z][a-z0-9_-]*$/;
/** `server/name`: the name may hold more slashes, and colons. */
const MODEL = /^[a-z][a-z0-9_-]*\/[^\s,=]+$/;
const model = () => z.string().regex(MODEL, 'a model as server/name, such as ollama/qwen3:8b');
const TIER = '(small|medium|large)';
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
  llmServers: pairs(SERVER, 'the name of a server', url()).register(about, {
    meaning: "servers that speak OpenAI's protocol, by a name of your choice (ollama is there without)",
    variable: 'HINDCAST_LLM_SERVERS',
    example: 'deepseek=https://api.deepseek.com/v1',
  }),
  llmKeys: pairs(SERVER, 'the name of a server', text()).register(about, {
    meaning: 'keys of these servers, by their names',
    variable: 'HINDCAST_LLM_KEYS',
    example: 'deepseek=<your key>',
    secret: true,
  }),
  llmTiers: pairs(new RegExp(`^([a-z_]+\\.)?${TIER}$`), 'small, medium or large, or <role>.small and so on', model()).register(about, {
    meaning: 'model of each tier, for all roles or for one; none: fixed rules stand in',
    variable: 'HINDCAST_LLM_TIERS',
    example: 'small=ollama/qwen3:8b,large=deepseek/deepseek-chat,trader.small=ollama/qwen3:14b',
  }),
  llmRoles: pairs(/^[a-z_]+$/, 'the name of a role', z.string().regex(new RegExp(`^${TIER}$`), 'small, medium or large')).register(about, {
    meaning: 'tier that a role begins with, where it is not its own choice',
    variable: 'HINDCAST_LLM_ROLES',
    example: 'trader=large,news=small',
  }),
  llmPrices: pairs(MODEL, 'a model as server/name', z.string().regex(/^\d+(\.\d+)?\/\d+(\.\d+)?$/, 'two prices, such as 2/8')).register(
    about,
    {
      meaning: 'yuan for a million tokens of prompt and of answer',
      variable: 'HINDCAST_LLM_PRICES',
      example: 'deepseek/deepseek-chat=2/8',
    },
  ),
  llmCutoffs: pairs(MODEL, 'a model as server/name', z.string().regex(/^\d{4}-\d{2}-\d{2}$/, 'a day such as 2024-06-30')).register(about, {
    meaning: 'day up to which a model has read: decisions before it are not blind',
    variable: 'HINDCAST_LLM_CUTOFFS',
    example: 'ollama/qwen3:8b=2024-06-30',
  }),
  llmEmbed: model().optional().register(about, {
    meaning: 'model of embeddings; without it the one that ships in process',
    variable: 'HINDCAST_LLM_EMBED',
    example: 'ollama/bge-m3',
  }),
  llmMode: z.enum(['record', 'replay', 'live']).default('record').register(about, {
    meaning: 'record: what was asked before is not asked again; replay: nothing is asked; live: all is asked anew',
    variable: 'HINDCAST_LLM_MODE',
    example: 'record',
  }),
  llmNumCtx: whole(256)
    .default(8192)
    .register(about, { meaning: 'tokens of prompt and answer together', variable: 'HINDCAST_LLM_NUM_CTX', example: '8192' }),
  llmTimeoutMs: whole(1)
    .default(300_000)
    .register(about, { meaning: 'longest wait for one answer of a model', variable: 'HINDCAST_LLM_TIMEOUT_MS', example: '300000' }),
  llmRetries: whole(0)
    .default(2)
    .register(about, { meaning: 'further attempts when a model server fails', variable: 'HINDCAST_LLM_RETRIES', example: '2' }),
  llmConcurrency: whole(1)
    .default(2)
    .register(about, { meaning: 'questions to one model under way at once', variable: 'HINDCAST_LLM_CONCURRENCY', example: '2' }),
  llmRatePerMinute: whole(1)
    .optional()
    .register(about, { meaning: 'most questions to one model in a minute', variable: 'HINDCAST_LLM_RATE_PER_MINUTE', example: '60' }),
  llmBudgetTokens: whole(0)
    .optional()
    .register(about, { meaning: 'most tokens that a run may use', variable: 'HINDCAST_LLM_BUDGET_TOKENS', example: '2000000' }),
  llmBudgetYuan: whole(0)
    .optional()
    .register(about, { meaning: 'most yuan that a run may spend on models', variable: 'HINDCAST_LLM_BUDGET_YUAN', example: '20' }),
  llmBudgetSeconds: whole(0)
    .optional()
    .register(about, { meaning: 'most seconds of model time of a run', variable: 'HINDCAST_LLM_BUDGET_SECONDS', example: '36000' }),
  llmBudgetCalls: whole(0)
    .optional()
    .register(about, { meaning: 'most questions of a run', variable: 'HINDCAST_LLM_BUDGET_CALLS', example: '5000' }),
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
  | { readonly kind: 'text' | 'whole' | 'list' | 'pairs'; readonly default?: unknown }
  | { readonly kind: 'choice'; readonly choices: readonly string[]; readonly default?: unknown };

/** What a setting holds, and its default when it has one. */
export function kindOf(name: SettingName): SettingKind {
  const schema = settingsSchema.shape[name];
  const given = schema instanceof z.ZodDefault ? { default: schema.def.defaultValue as unknown } : {};
  const inner = schema instanceof z.ZodDefault || schema instanceof z.ZodOptional ? schema.unwrap() : schema;
  if (inner instanceof z.ZodEnum) return { kind: 'choice', choices: inner.options as string[], ...given };
  if (inner instanceof z.ZodArray) return { kind: 'list', ...given };
  if (inner instanceof z.ZodRecord) return { kind: 'pairs', ...given };
  return { kind: inner instanceof z.ZodNumber ? 'whole' : 'text', ...given };
}
