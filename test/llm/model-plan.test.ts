/** Which model a role asks, made of the settings; what the table of models says; prices. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { loadSettings } from '../../lib/config/index.js';
import { costOf, escalation, LlmInputError, modelFor, modelPlan, modelsTable, RULE, roles, textDiff } from '../../lib/llm/index.js';
import { closeAll, DIGEST, effects, fakeServer, json, keep, runAt } from './support.js';

afterEach(closeAll);

const planOf = (flags: Record<string, unknown>) =>
  modelPlan(loadSettings({ root: mkdtempSync(join(tmpdir(), 'hindcast-plan-')), environment: {}, flags }).values);

test('roles begin at their tier, go up to another model, and have stand-ins', () => {
  const plan = planOf({
    llmServers: { cloud: 'https://api.test/v1/' },
    llmKeys: { cloud: 'sk-0123456789' },
    llmTiers: { small: 'ollama/a:7b', large: 'cloud/org/big', 'trader.small': 'ollama/t:7b' },
    llmRoles: { trader: 'small' },
    llmPrices: { 'cloud/org/big': '2/8.5' },
    llmBudgetYuan: 20,
    ollamaHost: 'box:1234',
  });
  expect(plan.servers).toEqual({
    ollama: { kind: 'ollama', baseUrl: 'http://box:1234' },
    cloud: { kind: 'openai', baseUrl: 'https://api.test/v1', apiKey: 'sk-0123456789' },
  });
  expect(plan.budget).toEqual({ yuan: 20 });
  expect(modelFor(plan, 'news')).toEqual({ model: 'ollama/a:7b', tier: 'small' });
  expect(modelFor(plan, 'bull')).toEqual({ model: 'ollama/a:7b', tier: 'small', standsInFor: 'medium' });
  expect(modelFor(plan, 'invest_judge')).toEqual({ model: 'cloud/org/big', tier: 'large' });
  const trader = modelFor(plan, 'trader');
  expect(trader).toEqual({ model: 'ollama/t:7b', tier: 'small' });
  expect(escalation(plan, 'trader', trader)).toEqual({ model: 'cloud/org/big', tier: 'large' });
  expect(escalation(plan, 'trader', { model: 'cloud/org/big', tier: 'large' })).toBeUndefined();
  expect(() => planOf({ llmTiers: { small: 'nowhere/a' } })).toThrow(LlmInputError);
  const unpriced = { llmServers: { cloud: 'https://api.test/v1' }, llmTiers: { small: 'cloud/a' }, llmBudgetYuan: 1 };
  expect(() => planOf(unpriced)).toThrow(/price of cloud\/a.*llmPrices/);
});

test('without a model, rules stand in for every role', () => {
  const plan = planOf({});
  expect(new Set(roles.map((role) => modelFor(plan, role).model))).toEqual(new Set([RULE]));
});

test('costs are whole millionths of a yuan', () => {
  const price = { promptYuanPerMillion: 0.8, completionYuanPerMillion: 2 };
  expect(costOf(price, { promptTokens: 1_000_000, completionTokens: 500_000 })).toBe(1_800_000);
  expect(costOf(price, { promptTokens: 3, completionTokens: 0 })).toBe(2);
});

test('the table of models names digest and health of what there is, and what to do about the rest', async () => {
  const server = keep(await fakeServer((_, response) => json(response, {}, 500)));
  const models = { small: 'ollama/m', medium: 'ollama/gone', large: 'cloud/m' };
  const { models: open } = runAt(server.url, { plan: { models, cutoffs: { 'ollama/m': '2024-06-30' }, embed: 'ollama/m' } });
  const table = await modelsTable(open.plan, effects());
  expect(table.rulesOnly).toBe(false);
  expect(table.roles.find(({ role }) => role === 'news')).toMatchObject({ model: 'ollama/m', above: ['ollama/gone', 'cloud/m'] });
  const rows = Object.fromEntries(table.models.map((row) => [row.model, row]));
  expect(rows['ollama/m']).toEqual({
    model: 'ollama/m',
    digest: DIGEST,
    parameters: '7B',
    contextLength: 4096,
    cutoff: '2024-06-30',
    price: '0/0',
    healthy: true,
    says: null,
  });
  expect(rows['ollama/gone']).toMatchObject({
    healthy: false,
    digest: null,
    says: expect.stringMatching(/It has m:latest.*ollama pull gone/) as string,
  });
  expect(rows['cloud/m']).toMatchObject({
    healthy: true,
    price: '2/8',
    cutoff: null,
    digest: expect.stringMatching(/^declared:[0-9a-f]{64}$/) as string,
  });
});

test('differences of texts are readable', () => {
  expect(textDiff('a\nb', 'a\nb')).toBe('');
  const lines = Array.from({ length: 30 }, (_, i) => `line ${i}`);
  const changed = lines.map((line, i) => (i === 15 ? 'other' : line));
  expect(textDiff(lines.join('\n'), changed.join('\n')).split('\n')).toEqual([
    '...',
    ' line 13',
    ' line 14',
    '-line 15',
    '+other',
    ' line 16',
    ' line 17',
    '...',
  ]);
  expect(textDiff('a\nx\nb\ny\nc', 'a\nb\nc\nz')).toBe(' a\n-x\n b\n-y\n c\n+z');
});
