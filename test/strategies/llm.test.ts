import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { auditPrompts, maskedDifference } from '../../lib/agents/index.js';
import { BudgetStop, Transcripts, UnseenPrompt } from '../../lib/llm/index.js';
import { decisionRowSchema, openRun } from '../../lib/replay/index.js';
import { llm, strategyOf } from '../../lib/strategies/index.js';
import { type OracleServer, oracleLab, oracleReplay, scratch, serveOracle, thresholds } from '../agents/oracle-run.js';

const made = oracleLab(3, 40);
let server: OracleServer;
beforeAll(async () => {
  server = await serveOracle(made.oracle);
});
afterAll(() => server.close());

const NOWHERE = 'http://127.0.0.1:1/v1';
const text = { card: 'balanced' };
const bytesOf = (folder: string) =>
  ['decisions.jsonl', 'outcomes.jsonl', 'fills.jsonl', 'equity.csv'].map((name) => readFileSync(join(folder, name), 'utf8'));

test('recorded, then replayed without the server: the same bytes; another agent is an unseen prompt', async () => {
  const folder = scratch();
  const recorded = await oracleReplay(made, { url: server.url, folder, parameters: text });
  const rows = openRun(recorded.folder).decisions();
  expect(rows.length).toBe(120);
  for (const row of rows) decisionRowSchema.parse(row);
  expect(recorded.row.marks).not.toContain('rules, not a model');
  expect(rows.filter(({ transcripts, tokens, costMinor }) => transcripts.length > 0 && tokens > 0 && costMinor > 0).length).toBe(120);
  expect(recorded.row.counts.fills).toBeGreaterThan(0);
  const asked = { ...server.asked };
  const replayed = await oracleReplay(made, { url: NOWHERE, folder, mode: 'replay', parameters: text });
  expect(bytesOf(replayed.folder)).toEqual(bytesOf(recorded.folder));
  expect(server.asked).toEqual(asked);
  await expect(oracleReplay(made, { url: NOWHERE, folder, mode: 'replay', parameters: { card: 'cautious' } })).rejects.toThrow(
    UnseenPrompt,
  );

  // Every prompt in the transcripts is, byte for byte, what the rows say, and holds nothing known after its decision.
  const transcripts = new Transcripts(join(folder, 'transcripts.sqlite'));
  const entries = new Map(transcripts.ofRun('run').map((entry) => [entry.id, entry]));
  transcripts.close();
  const audit = auditPrompts(rows, (id) => entries.get(id)?.prompt);
  expect(audit).toMatchObject({ missing: 0, faults: [] });
  expect(audit.prompts).toBeGreaterThan(150);
  const bent = auditPrompts(rows, (id) => entries.get(id)?.prompt.replace('sessions', 'years'));
  expect(bent.faults.length).toBe(audit.prompts);
}, 60_000);

test('the leak audit is clean: a re-run on cut data asks the same', async () => {
  const folder = scratch();
  const { folder: run } = await oracleReplay(made, { url: server.url, folder, parameters: text, effects: { audit: true } });
  expect(JSON.parse(readFileSync(join(run, 'audit.json'), 'utf8'))).toMatchObject({ verdict: 'clean', lateReads: 0 });
}, 60_000);

test('out of budget it stops between two calls, and with more of it goes on to the same bytes', async () => {
  const whole = await oracleReplay(made, { url: server.url, folder: scratch() });
  const folder = scratch();
  const results = scratch();
  await expect(oracleReplay(made, { url: server.url, folder, results, budget: { calls: 50 } })).rejects.toThrow(BudgetStop);
  const resumed = await oracleReplay(made, { url: server.url, folder, results, budget: { calls: 1000 } });
  expect(bytesOf(resumed.folder)).toEqual(bytesOf(whole.folder));
  // What was asked before the stop was not asked again.
  expect(resumed.spent.spent.calls).toBe(whole.spent.spent.calls);
}, 60_000);

test('the large tier away: shaky cases are abstained from, and the run goes on', async () => {
  server.away = 'large';
  try {
    const folder = scratch();
    const path = join(folder, 'strict.json');
    writeFileSync(path, JSON.stringify(thresholds({ margin: 0.9, version: 'strict' })));
    const { row } = await oracleReplay(made, { url: server.url, folder, parameters: { card: 'numbers-only', routing: path } });
    expect(row.counts.abstentions).toBeGreaterThan(10);
    expect(row.counts.decisions).toBe(120);
  } finally {
    server.away = null;
  }
}, 60_000);

test('masked: no symbol, name or date in any prompt; the paired runs are compared with intervals', async () => {
  const folder = scratch();
  const masked = await oracleReplay(made, { url: server.url, folder, run: 'masked', parameters: { ...text, mask: true } });
  const plain = await oracleReplay(made, { url: server.url, folder, run: 'plain', parameters: text });
  const transcripts = new Transcripts(join(folder, 'transcripts.sqlite'));
  const prompts = transcripts.ofRun('masked').map(({ prompt }) => prompt);
  transcripts.close();
  expect(prompts.length).toBeGreaterThan(100);
  for (const prompt of prompts) {
    expect(prompt).not.toMatch(/\d{4}-\d{2}-\d{2}/);
    for (const { symbol, name } of made.lab.data.instruments) {
      expect(prompt.includes(symbol) || prompt.includes(symbol.split('.')[0]!) || prompt.includes(name)).toBe(false);
    }
  }
  const run = (result: typeof masked) => ({
    decisions: openRun(result.folder)
      .decisions()
      .map(({ session, symbol, decision: { action } }) => ({ session, symbol, action })),
    equityMinor: result.equity.equityMinor,
  });
  const difference = maskedDifference(run(masked), run(plain));
  // The oracle knows nothing of masked names: it holds throughout.
  expect(difference.decisions).toMatchObject({ of: 120 });
  expect(difference.decisions.share!).toBeGreaterThan(0.2);
  expect(difference.returnPerSession.low).toBeLessThanOrEqual(difference.returnPerSession.high);
  expect(maskedDifference(run(plain), run(plain))).toMatchObject({
    decisions: { count: 0 },
    returnPerSession: { mean: 0, low: 0, high: 0 },
  });
}, 60_000);

test('the registry makes it; without models the rules speak and its id says so', () => {
  expect(strategyOf('llm').id).toBe('rule:v1+llm:balanced');
  expect(strategyOf('llm', { mode: 'full' }).id).toBe('rule:v1+llm:balanced-full');
  expect(() => llm({ card: 'nobody' })).toThrow(/expected one of balanced/);
  expect(() => llm({ mask: true })).toThrow(/instruments/);
});
