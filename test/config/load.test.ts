/** Layers of the settings, their origins, their masking, and what is refused. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ConfigError, loadSettings, nearest, showSettings } from '../../lib/config/index.js';

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
  expect(values).toEqual({
    resultsDir: '/elsewhere/flagged',
    logLevel: 'warn',
    ollamaHost: 'env:3',
    python: join(root, 'py'),
  });
  expect(origins).toEqual({
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
