import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';
import { dayOf, readJsonl, type Strategy } from '../../lib/core/index.js';
import { calendarOf, seedFive } from '../../lib/market/index.js';
import {
  type DecisionRow,
  decisionRowSchema,
  fillLineSchema,
  openRun,
  outcomeRowSchema,
  runFileSchemas,
  runReplay,
  runRowSchema,
} from '../../lib/replay/index.js';
import { effects, lastDate, madeUpData, oneYear, scratch } from './support.js';

test('every line of a run keeps its schema, by zod and by JSON Schema', async () => {
  const { folder, row } = await runReplay({ ...oneYear, symbols: ['000001.SZ'] }, effects(scratch(), { trial: false }));
  const ajv = new Ajv2020({ allErrors: true });
  const schemas = runFileSchemas();
  const check = (file: string, zod: { parse(value: unknown): unknown }, rows: unknown[]): void => {
    const valid = ajv.compile(schemas[file] as object);
    expect(rows.length).toBeGreaterThan(0);
    for (const line of rows) {
      zod.parse(line);
      expect(valid(line), JSON.stringify(valid.errors)).toBe(true);
    }
  };
  check('decisions.jsonl', decisionRowSchema, readJsonl(join(folder, 'decisions.jsonl')));
  check('outcomes.jsonl', outcomeRowSchema, readJsonl(join(folder, 'outcomes.jsonl')));
  check('fills.jsonl', fillLineSchema, readJsonl(join(folder, 'fills.jsonl')));
  check('run.json', runRowSchema, [JSON.parse(readFileSync(join(folder, 'run.json'), 'utf8'))]);
  expect(row.counts.decisions).toBe(244);
});

test('the lines of decisions and outcomes are what JSON.stringify would write, those of suspended sessions too', async () => {
  const holes = { '600000.SH': [4, 5, 11] };
  const made = madeUpData({ symbols: ['600000.SH', '000002.SZ'], from: '2016-03-01', sessions: 30, holes });
  const spec = { symbols: ['600000.SH', '000002.SZ'], from: '2016-03-02', to: lastDate(made), strategies: [{ id: 'rule:v1' }] };
  const runs = [
    await runReplay(oneYear, effects(scratch(), { trial: false, audit: false })),
    await runReplay({ ...spec, data: 'test:made-up' }, effects(scratch(), { data: made, trial: false, audit: false })),
  ];
  for (const { folder } of runs) {
    for (const file of ['decisions.jsonl', 'outcomes.jsonl']) {
      const lines = readFileSync(join(folder, file), 'utf8').trimEnd().split('\n');
      expect(lines.length).toBeGreaterThan(50);
      for (const line of lines) expect(JSON.stringify(JSON.parse(line))).toBe(line);
    }
  }
});

test('a suspended session has a row and no decision; nothing is decided before the first bar', async () => {
  const data = madeUpData({ symbols: ['600000.SH', '000002.SZ'], from: '2016-03-01', sessions: 12, holes: { '000002.SZ': [0, 1, 5, 6] } });
  const asked: string[] = [];
  const strategy: Strategy<null> = {
    id: 'watch',
    scope: 'symbol',
    actions: seedFive,
    init: () => null,
    decide: (view, symbols) => {
      asked.push(`${symbols[0]}@${view.bars(symbols[0]!, 1).day[0]}`);
      return { intents: [], state: null };
    },
  };
  const { folder } = await runReplay(
    {
      data: 'test:made-up',
      symbols: ['600000.SH', '000002.SZ'],
      from: '2016-03-01',
      to: lastDate(data),
      strategies: [{ id: 'watch' }],
      horizons: [1, 3],
    },
    effects(scratch(), { data, strategy, trial: false, audit: false }),
  );
  const rows = readJsonl<DecisionRow>(join(folder, 'decisions.jsonl')).filter((row) => row.symbol === '000002.SZ');
  expect(rows.map((row) => row.decision.state)).toEqual([
    'no-intent',
    'no-intent',
    'no-intent',
    'suspended',
    'suspended',
    ...Array(5).fill('no-intent'),
  ]);
  expect(asked.filter((name) => name.startsWith('000002')).length).toBe(8);
  // Decided on the last session before the suspension: no entry price, so no return; decided three before its end: the exit moves.
  const calendar = calendarOf('cn-a');
  const at = (i: number): number => calendar.shift(dayOf('2016-03-01'), i);
  const outcomes = openRun(folder)
    .outcomes()
    .filter((row) => row.symbol === '000002.SZ');
  const of = (session: number, horizon: number) => outcomes.find((row) => dayOf(row.session) === at(session) && row.horizon === horizon)!;
  expect(of(4, 1)).toMatchObject({
    entry: { state: 'suspended', priceTicks: null },
    instrumentReturn: null,
    label: null,
    exit: { state: 'moved' },
  });
  expect(dayOf(of(2, 3).exit.date!)).toBe(at(7));
  expect(of(2, 3)).toMatchObject({ exit: { state: 'moved' }, entry: { state: 'traded' }, maturesAt: calendar.barrierAt(at(7)) });
});

test('an abstention has a null action, is counted, and orders nothing', async () => {
  const data = madeUpData({ symbols: ['600000.SH'], from: '2016-03-01', sessions: 5 });
  const strategy: Strategy<null> = {
    id: 'unsure',
    scope: 'symbol',
    actions: seedFive,
    init: () => null,
    decide: () => ({
      intents: [{ symbol: '600000.SH', action: null, confidence: 0, why: 'could not be parsed', evidence: [] }],
      state: null,
    }),
  };
  const { folder, row } = await runReplay(
    { data: 'test:made-up', symbols: ['600000.SH'], from: '2016-03-01', to: lastDate(data), strategies: [{ id: 'unsure' }] },
    effects(scratch(), { data, strategy, trial: false, audit: false }),
  );
  expect(row.counts).toMatchObject({ decisions: 5, abstentions: 5, fills: 0, rejections: 0 });
  const [first] = openRun(folder).decisions();
  expect(first!.decision).toMatchObject({ action: null, state: 'abstained', why: 'could not be parsed' });
});

test('made-up data is marked wherever the run is shown', async () => {
  const data = madeUpData({ symbols: ['600000.SH'], from: '2016-03-01', sessions: 30 });
  const { row } = await runReplay(
    { data: 'test:made-up', symbols: ['600000.SH'], from: '2016-03-01', to: lastDate(data), strategies: [{ id: 'rule:v1' }] },
    effects(scratch(), { data, trial: false }),
  );
  expect(row.marks).toEqual(['synthetic data', 'rules, not a model']);
});

test('a changed decision is found by the audit', async () => {
  const { folder, row } = await runReplay(oneYear, effects(scratch(), { trial: false }));
  const { auditRun } = await import('../../lib/replay/audit.js');
  const { dataFor, parseSpec } = await import('../../lib/replay/index.js');
  const data = dataFor(parseSpec(row.spec));
  const again = await auditRun({ folder, row, data, effects: effects(scratch(), { trial: false }), replay: runReplay });
  expect(again.audit.verdict).toBe('clean');
  const path = join(folder, 'decisions.jsonl');
  const lines = readFileSync(path, 'utf8').split('\n');
  lines[10] = lines[10]!.replace('"confidence":', '"confidence":0.123,"was":');
  writeFileSync(path, lines.join('\n'));
  expect((await auditRun({ folder, row, data, effects: effects(scratch(), { trial: false }), replay: runReplay })).audit.verdict).toBe(
    'leak',
  );
  lines[200] = lines[200]!.replace(/"maxKnownAt":(\d+)/, (_, at: string) => `"maxKnownAt":${Number(at) + 1}`);
  writeFileSync(path, lines.join('\n'));
  expect((await auditRun({ folder, row, data, effects: effects(scratch(), { trial: false }), replay: runReplay })).audit).toMatchObject({
    verdict: 'leak',
    lateReads: 1,
  });
});
