/** Layers of the settings, their origins, their masking, and what is refused. */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { expect, test } from 'vitest';
import {
  ConfigError,
  checkSettings,
  environmentExample,
  loadSettings,
  nearest,
  type SettingsInput,
  showSettings,
} from '../../lib/config/index.js';
import { projectRoot } from '../../lib/core/index.js';

function rootWith(files: Record<string, string>): string {
  const root = mkdtempSync(join(tmpdir(), 'hindcast-config-'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(root, name), text);
  return root;
}

test('each layer wins over the one below it, and its name is kept', () => {
  const root = rootWith({
    'hindcast.config.json': JSON.stringify({ resultsDir: 'a', logLevel: 'debug', ollamaHost: 'file:1', python: 'py' }),
    '.env': 'HINDCAST_LOG_LEVEL=warn\nOLLAMA_HOST="dotenv:2"\nUNRELATED=1\n',
  });
  const { values, origins } = loadSettings({
    root,
    environment: { OLLAMA_HOST: 'env:3' },
    flags: { resultsDir: 'flagged' },
    cwd: '/elsewhere',
  });
  expect(values).toMatchObject({
    resultsDir: '/elsewhere/flagged',
    logLevel: 'warn',
    ollamaHost: 'env:3',
    python: join(root, 'py'),
  });
  expect(origins).toMatchObject({
    resultsDir: 'flag',
    logLevel: '.env HINDCAST_LOG_LEVEL',
    ollamaHost: 'environment OLLAMA_HOST',
    python: 'hindcast.config.json',
    browser: 'default',
    ollamaApiKey: 'default',
  });
  expect(Object.isFrozen(values)).toBe(true);
});

test('with nothing given, all is default and paths lie under the root', () => {
  const root = rootWith({});
  const { values, origins } = loadSettings({ root, environment: { OLLAMA_HOST: '' } });
  expect(values.resultsDir).toBe(join(root, 'results'));
  expect(values.ollamaHost).toBe('127.0.0.1:11434');
  expect(new Set(Object.values(origins))).toEqual(new Set(['default']));
});

test('a secret is never shown, neither as a value nor in an error', () => {
  const root = rootWith({});
  const settings = loadSettings({ root, environment: { OLLAMA_API_KEY: 'sk-planted' } });
  expect(settings.values.ollamaApiKey).toBe('sk-planted');
  expect(JSON.stringify(showSettings(settings))).not.toContain('sk-planted');
  expect(showSettings(settings).find((row) => row.name === 'ollamaApiKey')).toMatchObject({
    value: '****',
    origin: 'environment OLLAMA_API_KEY',
  });
  const wrong = rootWith({ 'hindcast.config.json': JSON.stringify({ ollamaApiKey: { planted: 'sk-planted' } }) });
  expect(() => loadSettings({ root: wrong, environment: {} })).toThrow(/ollamaApiKey.*\*\*\*\*/);
});

test.each([
  ['a wrong value', { 'hindcast.config.json': '{"logLevel":"loud"}' }, /logLevel to be one of trace.*"loud" from hindcast\.config\.json/],
  [
    'an unknown key',
    { 'hindcast.config.json': '{"resultDir":"x"}' },
    /"resultDir" from hindcast\.config\.json\. Did you mean resultsDir\?/,
  ],
  ['an unknown variable of the project', { '.env': 'HINDCAST_RESULT=x' }, /"HINDCAST_RESULT" from \.env\. Did you mean HINDCAST_RESULTS\?/],
  ['broken JSON', { 'hindcast.config.json': '{' }, /expected JSON in .*hindcast\.config\.json/],
  ['no object', { 'hindcast.config.json': '[]' }, /expected an object in/],
])('%s is refused in one line', (_, files, message) => {
  const root = rootWith(files as unknown as Record<string, string>);
  expect(() => loadSettings({ root, environment: {} })).toThrow(ConfigError);
  expect(() => loadSettings({ root, environment: {} })).toThrow(message);
});

test('nearest offers a name only for a slip', () => {
  const names = ['momentum', 'sma-cross', 'buy-and-hold'];
  expect(nearest('momentun', names)).toBe('momentum');
  expect(nearest('SMA_CROSS', names)).toBe('sma-cross');
  expect(nearest('zzzzzz', names)).toBeUndefined();
});

test('a settings file may be TypeScript, its types stripped by Node', () => {
  const settings: SettingsInput = { logLevel: 'debug', logLevels: { feeds: 'trace' }, sources: ['yahoo', 'ccxt:binance'], cacheDiskMb: 5 };
  const root = rootWith({
    'hindcast.config.ts': `import type { SettingsInput } from './lib/config/index.js';
const settings: SettingsInput = ${JSON.stringify(settings)};
export default settings satisfies SettingsInput;`,
  });
  const { values, origins } = loadSettings({ root, environment: {} });
  expect(values).toMatchObject(settings);
  expect(origins.sources).toBe('hindcast.config.ts');
  expect(Object.isFrozen(values.sources) && Object.isFrozen(values.logLevels)).toBe(true);
  writeFileSync(join(root, 'hindcast.config.json'), '{}');
  expect(() => loadSettings({ root, environment: {} })).toThrow(/one settings file, got hindcast\.config\.ts and hindcast\.config\.json/);
});

test.each([
  [
    'TypeScript that does not parse',
    'hindcast.config.ts',
    "export default {\n  tushareToken: 'planted-1234' 'x' };",
    /ERR_INVALID_TYPESCRIPT_SYNTAX at line 2/,
  ],
  ['an unquoted token', 'hindcast.config.ts', 'export default {\n  tushareToken: planted1234 };', /ReferenceError at line 2/],
  ['a top-level await', 'hindcast.config.ts', 'export default { logLevel: await 1 };', /without await, got ERR_REQUIRE_ASYNC_MODULE/],
  [
    'no default export',
    'hindcast.config.ts',
    "export const logLevel = 'warn';",
    /expected an object in .*got undefined\. Write for example export default/,
  ],
  ['broken JSON around a token', 'hindcast.config.json', '{"tushareToken": "planted-1234" planted-1234}', /got a mistake at position 32/],
  ['a token without quotes', 'hindcast.config.json', '{"tushareToken": planted-1234}', /got a mistake/],
])('%s is refused without a quotation of it', (_, name, text, message) => {
  const root = rootWith({ [name]: text });
  const failure = (() => {
    try {
      return loadSettings({ root, environment: {} });
    } catch (error) {
      return error;
    }
  })();
  expect(failure).toBeInstanceOf(ConfigError);
  expect((failure as Error).message).toMatch(message);
  expect(`${(failure as Error).stack}${String((failure as Error).cause)}`).not.toMatch(/planted/);
});

test('variables hold lists, levels by room and numbers', () => {
  const environment = {
    HINDCAST_SOURCES: 'tushare, file:a b.csv',
    HINDCAST_LOG_LEVELS: 'feeds=debug,jobs=warn',
    HINDCAST_LEASE_MS: '30000',
  };
  const settings = loadSettings({ root: rootWith({}), environment });
  expect(settings.values).toMatchObject({
    sources: ['tushare', 'file:a b.csv'],
    logLevels: { feeds: 'debug', jobs: 'warn' },
    leaseMs: 30_000,
  });
  const shown = new Map(showSettings(settings).map(({ name, value }) => [name, value]));
  expect([shown.get('sources'), shown.get('logLevels'), shown.get('leaseMs')]).toEqual([
    'tushare,file:a b.csv',
    'feeds=debug,jobs=warn',
    '30000',
  ]);
});

test.each([
  ['HINDCAST_SOURCES', 'tushare,yaho', /sources to be tushare, akshare, .* got "tushare,yaho"/],
  ['HINDCAST_LLM_TIERS', 'tiny=ollama/a', /llmTiers to be small, medium or large, or <role>\.small and so on, got "tiny=ollama\/a"/],
  ['HINDCAST_LLM_TIERS', 'small=qwen', /llmTiers to be a model as server\/name/],
  ['HINDCAST_LLM_PRICES', 'a/b=2', /llmPrices to be two prices, such as 2\/8/],
  ['HINDCAST_LOG_LEVELS', 'feeds', /logLevels to be name=value pairs, such as feeds=debug,jobs=warn, got "feeds"/],
  ['HINDCAST_LOG_LEVELS', 'feeds=loud', /logLevels to be one of trace, /],
  ['HINDCAST_CACHE_DISK_MB', '0', /cacheDiskMb to be a whole number, 1 or more, got "?0"?/],
  ['HINDCAST_CACHE_DISK_MB', '1e3', /cacheDiskMb to be a whole number, 1 or more, got "1e3"/],
  ['HINDCAST_AKTOOLS_URL', 'localhost:8080', /aktoolsUrl to be an http or https URL/],
  ['HINDCAST_TUSHARE_URL', 'https://me:planted@x.test/', /got "https:\/\/\*\*\*\*@x\.test\/"/],
])('%s=%s is refused', (variable, text, message) => {
  expect(() => loadSettings({ root: rootWith({}), environment: { [variable]: text } })).toThrow(message);
});

test('the check names every key that is missing, wrong or unknown for the command at hand', () => {
  const root = rootWith({
    'hindcast.config.json': JSON.stringify({ resultDir: 'x', cacheMemoryMb: -1, sources: ['tushare'], heartbeatMs: 30_000 }),
    '.env': 'HINDCAST_LOG_LEVL=warn\n',
  });
  const options = { root, environment: { HINDCAST_BROWSER: '/none/chromium', HINDCAST_RESULT: 'y', HINDCAST_KERNEL_REPORT: 'z' } };
  const wrongEverywhere = ['unknown HINDCAST_LOG_LEVL', 'unknown HINDCAST_RESULT', 'unknown resultDir', 'wrong cacheMemoryMb'];
  const found = (command?: string) => checkSettings(options, command).map(({ kind, key }) => `${kind} ${key}`);
  expect(found('replay').sort()).toEqual(wrongEverywhere);
  expect(found('data').sort()).toEqual(['missing tushareToken', ...wrongEverywhere]);
  expect(found('tasks').sort()).toEqual([...wrongEverywhere, 'wrong heartbeatMs'].sort());
  expect(found('doctor').sort()).toEqual([...wrongEverywhere, 'wrong browser'].sort());
  expect(found()).toHaveLength(wrongEverywhere.length + 3);
  expect(checkSettings(options, 'data').find(({ key }) => key === 'tushareToken')?.example).toBe('HINDCAST_TUSHARE_TOKEN=<your token>');
  // Without the source, no token is needed.
  expect(checkSettings({ root: rootWith({}), environment: {} })).toEqual([]);
});

test('keys of model servers are masked one by one and all together; models need their servers', () => {
  const environment = { HINDCAST_LLM_KEYS: 'a=sk-planted-0123==,b=sk-planted-4567', HINDCAST_LLM_TIERS: 'small=a/m,large=ollama/n' };
  const settings = loadSettings({ root: rootWith({}), environment });
  expect(settings.values.llmKeys).toEqual({ a: 'sk-planted-0123==', b: 'sk-planted-4567' });
  expect(JSON.stringify(showSettings(settings))).not.toContain('planted');
  expect(new ConfigError('got sk-planted-0123== and sk-planted-4567').message).toBe('got **** and ****');
  expect(checkSettings({ root: rootWith({}), environment }, 'models').map(({ key, says }) => `${key} ${says}`)).toEqual([
    'llmServers expected the URL of the server a that models name, got none.',
    'llmKeys expected keys of servers in llmServers, got one for a.',
    'llmKeys expected keys of servers in llmServers, got one for b.',
  ]);
});

test('a stray variable of the environment stops no command; two mistakes are counted', () => {
  const root = rootWith({});
  expect(loadSettings({ root, environment: { HINDCAST_RESULT: 'x' } }).values.logLevel).toBe('info');
  expect(() => loadSettings({ root, environment: { HINDCAST_LOG_LEVEL: 'x', HINDCAST_LEASE_MS: 'y' } })).toThrow(
    /\(1 more: hindcast config check\)/,
  );
});

test('.env.example is what the schema makes of it, and sets nothing as it stands', () => {
  const text = readFileSync(join(projectRoot(), '.env.example'), 'utf8');
  expect(text, 'out of date: npx hindcast config example > .env.example').toBe(environmentExample());
  expect(parseEnv(text)).toEqual({});
  // With the # taken away, each line that needs no value of the user's is a valid setting.
  const lines = text.split('\n').flatMap((line) => /^# ([A-Z_]+=.+)$/.exec(line)?.slice(1) ?? []);
  const { values, origins } = loadSettings({ root: rootWith({ '.env': lines.join('\n') }), environment: {} });
  expect(Object.values(origins).filter((origin) => origin.startsWith('.env'))).toHaveLength(lines.length);
  expect(values.sources).toEqual(['tushare', 'akshare']);
  expect(lines.join()).not.toMatch(/_TOKEN=|_KEYS?=/);
});
