/** The search as a whole: the same rows whatever the threads and interruptions, trials on record, the best as the loop gives it. */
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, describe, expect, test } from 'vitest';
import { foldLines } from '../../lib/cli/run/sweep-lines.js';
import { manualClock } from '../../lib/core/index.js';
import { embeddedData } from '../../lib/feeds/index.js';
import { openLedger } from '../../lib/jobs/index.js';
import { openRun, prepareReplay, runReplay, treeHash } from '../../lib/replay/index.js';
import { verifyRun } from '../../lib/report/index.js';
import { deflatedSharpe, deviation, effectiveTrials, openTrials, probabilityOfOverfitting, trialReturns } from '../../lib/stats/index.js';
import {
  bestOf,
  createEvaluator,
  isExact,
  openSweep,
  runSearch,
  type SearchEffects,
  type SearchInput,
  type SweepFile,
  SweepInputError,
  sweepFileSchema,
  sweepJsonSchema,
} from '../../lib/sweep/index.js';
import { openPool } from '../../lib/sweep/pool.js';

const made: string[] = [];
const folder = (): string => {
  const dir = mkdtempSync(join(tmpdir(), 'hindcast-search-'));
  made.push(dir);
  return dir;
};
afterAll(() => {
  for (const dir of made) rmSync(dir, { recursive: true });
});

const data = embeddedData('us');
const clock = manualClock(1_600_000_000_000);
const spec = { data: 'embedded:us', symbols: ['AAPL', 'IBM'], from: '2009-01-05', to: '2010-12-31' };
const space = { strategies: [{ strategy: 'sma-cross', parameters: { fast: '5:20:5', slow: '15:60:15' } }] };
const splits = { folds: 3, mode: 'anchored', trainShare: 0.5, purge: 5, embargo: 2 } as const;
const input: SearchInput = { spec, space, splits };
const effects = (resultsDir: string, more: Partial<SearchEffects> = {}): SearchEffects => ({
  clock,
  resultsDir,
  data,
  workers: 1,
  ...more,
});

/** Without the state of the checkout, which may move while a test runs. */
const unstamped = ({ stamp: { code: _, ...stamp }, ...rest }: SweepFile) => ({ ...rest, stamp });

const results = folder();
const whole = await runSearch(input, effects(results));
const file = whole.file;
const bytes = (dir: string, name: string): Buffer => readFileSync(join(dir, whole.file.sweep, name));

test('every sound combination has a row and a trial, with the figures of an evaluator', async () => {
  expect(file).toMatchObject({
    status: 'done',
    accounts: 'shared',
    by: 'sharpe',
    configurations: { all: 14, done: 14, dropped: { 'sma-cross: fast must be below slow': 2 } },
    market: { calendar: 'us', currency: 'USD' },
  });
  const evaluator = createEvaluator({ spec: { ...spec, strategies: [{ id: 'sma-cross' }] }, accounts: 'shared' }, { data }, 'loop');
  const ledger = openTrials(results);
  expect(ledger.rows).toHaveLength(14);
  for (const index of [0, 7, 13]) {
    const configuration = whole.plan.space.at(index);
    const returns = new Float64Array(evaluator.sessions.length - 1);
    const { configuration: _, ...figures } = await evaluator.evaluate(configuration, { returns });
    expect(whole.rows.figures(index)).toEqual(figures);
    const trial = ledger.rows[index]!;
    expect(trial).toMatchObject({ kind: 'sweep', run: file.sweep, seed: 1, configHash: whole.rows.hashes[index] });
    expect(trialReturns(ledger, trial)).toEqual(returns);
  }
});

test('a trial has the hash and the family that a backtest of its configuration has', async () => {
  const { strategy, parameters } = whole.plan.space.at(3);
  const strategies = [{ id: strategy, parameters: { ...parameters } }];
  expect(prepareReplay({ ...spec, strategies, record: 'account' }, { data }).configHash).toBe(whole.rows.hashes[3]);
  // The same configuration, seed and returns: nothing is added.
  const before = readFileSync(join(results, 'trials.jsonl'));
  await runReplay({ ...spec, strategies, record: 'account' }, { clock, resultsDir: results, data });
  expect(readFileSync(join(results, 'trials.jsonl'))).toEqual(before);
});

test('what stands beside the best is what the ledger and the rows give', () => {
  const { best, significance, stability } = file;
  expect(best!.index).toBe(bestOf(whole.rows, 'sharpe', 1)[0]);
  const sharpes = Array.from({ length: 14 }, (_, i) => whole.rows.figures(i).sharpe!);
  expect(best!.figures.sharpe).toBe(Math.max(...sharpes));
  const ledger = openTrials(results);
  const returns = ledger.rows.map((row) => trialReturns(ledger, row));
  const row = ledger.rows.find(({ configHash }) => configHash === best!.configHash)!;
  const sample = { sharpePerPeriod: row.sharpePerPeriod!, periods: row.periods, skew: row.skew!, kurtosis: row.kurtosis! };
  expect(significance).toMatchObject({
    trials: 14,
    effectiveTrials: effectiveTrials(returns),
    deflatedSharpe: expect.closeTo(deflatedSharpe(sample, 14, deviation(sharpes) ** 2), 12),
    pbo: probabilityOfOverfitting(returns).pbo,
  });
  // Neighbours by hand: one step away in either parameter.
  const { fast, slow } = best!.configuration.parameters as { fast: number; slow: number };
  const near = Array.from({ length: 14 }, (_, i) => i).filter((i) => {
    const other = whole.plan.space.at(i).parameters as { fast: number; slow: number };
    return i !== best!.index && Math.abs(other.fast - fast) <= 5 && Math.abs(other.slow - slow) <= 15;
  });
  const found = near.map((i) => whole.rows.figures(i));
  expect(stability).toMatchObject({
    kind: 'grid',
    neighbours: near.length,
    sharePositive: found.filter(({ totalReturn }) => totalReturn! > 0).length / near.length,
    objective: { best: best!.figures.annualisedSharpe, worst: Math.min(...found.map(({ annualisedSharpe }) => annualisedSharpe!)) },
  });
});

test('walk-forward: the best of each training, its rank in the test, the tests joined', () => {
  const walk = file.walkForward!;
  expect(walk.folds).toHaveLength(3);
  const ledger = openTrials(results);
  const returns = ledger.rows.map((row) => trialReturns(ledger, row));
  const sharpe = (r: Float64Array): number => (r.reduce((a, b) => a + b, 0) / r.length / deviation(r)) * Math.sqrt(252);
  let growth = 1;
  walk.folds.forEach((fold, k) => {
    const { train, test: span } = whole.plan.folds[k]!;
    const trained = returns.map((r) => sharpe(Float64Array.from(train.flatMap(([a, b]) => [...r.subarray(Math.max(0, a - 1), b - 1)]))));
    const tested = returns.map((r) => r.subarray(span[0] - 1, span[1] - 1));
    const index = trained.indexOf(Math.max(...trained));
    expect(fold.index).toBe(index);
    expect(fold.train).toBeCloseTo(trained[index]!, 9);
    expect(fold.test).toBeCloseTo(sharpe(tested[index]!), 9);
    expect(fold.rank).toBe(1 + tested.filter((r) => sharpe(r) > sharpe(tested[index]!) + 1e-9).length);
    const own = tested[index]!.reduce((product, r) => product * (1 + r), 1);
    expect(fold.testReturn).toBeCloseTo(own - 1, 12);
    growth *= own;
  });
  expect(walk.outOfSample.totalReturn).toBeCloseTo(growth - 1, 10);
  expect(walk.equity.outOfSample.at(-1)).toBeCloseTo(growth, 10);
  expect(walk.equity.date).toHaveLength(walk.equity.hindsight.length);
});

test('where nothing trades nothing is chosen: the tests are spent in cash, and the file says so', async () => {
  const space = { strategies: [{ strategy: 'momentum-sign', parameters: { lookback: [20, 40, 60], threshold: 5 } }], random: 50 };
  const { file } = await runSearch({ spec, space, splits }, effects(folder()));
  expect(file.configurations).toMatchObject({ all: 3, done: 3, asked: 50 });
  expect(file.walkForward!.folds).toHaveLength(3);
  for (const fold of file.walkForward!.folds)
    expect(fold).toMatchObject({ index: null, configuration: null, train: null, test: null, testReturn: 0, rank: null });
  expect(file.walkForward!.outOfSample).toMatchObject({ totalReturn: 0, sharpe: null, maxDrawdown: 0 });
  expect(foldLines(file).join('\n')).toContain('none has a Sharpe ratio');
  expect(file.notes.at(-1)).toBe(
    'Nothing to choose the best by: none has a Sharpe ratio (nothing traded, or nothing moved). The first stands in its place.',
  );
});

test('the best through the loop: no difference, and an ordinary run that verifies', async () => {
  const honest = file.honest!;
  expect(isExact(honest)).toBe(true);
  const path = join(results, honest.runs[0]!);
  const run = openRun(path);
  expect(run.equity.equityMinor.at(-1)).toBe(file.best!.figures.equityMinor);
  expect(run.row.configHash).toBe(file.best!.configHash);
  expect(await verifyRun(path, { clock, resultsDir: results })).toMatchObject([{ verdict: 'verified' }]);
});

test('sweep.json keeps its schema', () => {
  const path = join(whole.folder, 'sweep.json');
  const written: unknown = JSON.parse(readFileSync(path, 'utf8'));
  expect(sweepFileSchema.parse(written)).toEqual(JSON.parse(JSON.stringify(file)));
  const validate = new Ajv2020().compile(sweepJsonSchema() as object);
  expect(validate(written), JSON.stringify(validate.errors)).toBe(true);
});

describe('the same bytes', () => {
  test('with several threads', async () => {
    const dir = folder();
    const { file: other, evaluated } = await runSearch(input, effects(dir, { workers: 3 }));
    expect(evaluated).toMatchObject({ configurations: 14, workers: 3 });
    for (const name of ['sweep.csv', 'returns.bin']) expect(bytes(dir, name)).toEqual(bytes(results, name));
    expect(unstamped(other)).toEqual(unstamped(file));
  });

  test.each([1, 2])(
    'after Ctrl-C in the middle with %i threads, a torn row and all',
    async (workers) => {
      const dir = folder();
      const abort = new AbortController();
      const ledger = openLedger(dir, { clock });
      const one = effects(dir, { workers, signal: abort.signal, tasks: () => ledger, progress: ({ done }) => done > 0 && abort.abort() });
      const stopped = await runSearch(input, one);
      expect(stopped.interrupted).toBe(true);
      const { done, all } = stopped.file.configurations;
      expect(done).toBeGreaterThan(0);
      // Several threads may be through with all of so few before this one hears of the first.
      if (workers === 1) expect(done).toBeLessThan(all);
      expect(stopped.file).toMatchObject({ status: 'interrupted', honest: null });
      expect(stopped.file.best).not.toBeNull();
      expect(ledger.tasks()[0]).toMatchObject({ kind: 'sweep', state: 'interrupted', step: done });
      const csv = join(stopped.folder, 'sweep.csv');
      expect(readFileSync(csv, 'utf8').trimEnd().split('\n')).toHaveLength(done + 1);
      appendFileSync(csv, '99,sma-cr');
      const resumed = await runSearch(input, effects(dir, { workers, tasks: () => ledger }));
      expect(resumed.evaluated.configurations).toBe(all - done);
      expect(resumed.interrupted).toBe(false);
      expect(ledger.tasks()[0]).toMatchObject({ kind: 'sweep', state: 'done' });
      ledger.close();
      for (const name of ['sweep.csv', 'returns.bin']) expect(bytes(dir, name)).toEqual(bytes(results, name));
      expect(unstamped(resumed.file)).toEqual(unstamped(file));
      expect(openTrials(dir).rows).toEqual(openTrials(results).rows);
    },
    60_000,
  );

  test('a search that is done evaluates nothing anew', async () => {
    const before = readFileSync(join(whole.folder, 'sweep.csv'));
    const again = await runSearch(input, effects(results));
    expect(again.evaluated.configurations).toBe(0);
    expect(unstamped(again.file)).toEqual(unstamped(file));
    expect(readFileSync(join(whole.folder, 'sweep.csv'))).toEqual(before);
  });

  test('a row whose number is none is refused by name', async () => {
    const dir = folder();
    const { folder: made } = await runSearch(input, effects(dir));
    const csv = join(made, 'sweep.csv');
    const lines = readFileSync(csv, 'utf8').split('\n');
    const cells = lines[3]!.split(',');
    cells[cells.length - 1] = '1.2.3';
    lines[3] = cells.join(',');
    writeFileSync(csv, lines.join('\n'));
    expect(() => openSweep(made)).toThrow(/got "1\.2\.3" in row 2/);
  });

  test('the code of the sweep has a hash of its own, which runs of the loop do not hang on', () => {
    const root = folder();
    mkdirSync(join(root, 'lib', 'sweep'), { recursive: true });
    const hashes = ['1', '2', '1'].map((text) => {
      writeFileSync(join(root, 'lib', 'sweep', 'kernel.ts'), text);
      return [treeHash(root), treeHash(root, ['sweep'])];
    });
    expect(hashes[0]).toEqual(hashes[2]);
    expect(hashes[1]![0]).toBe(hashes[0]![0]);
    expect(hashes[1]![1]).not.toBe(hashes[0]![1]);
  });

  test('rows of other code are made anew', async () => {
    const dir = folder();
    await runSearch({ ...input, splits: undefined }, effects(dir));
    const path = join(dir, (await runSearch({ ...input, splits: undefined }, effects(dir))).file.sweep, 'sweep.json');
    writeFileSync(path, readFileSync(path, 'utf8').replace(/"identity": "[0-9a-f]+"/, `"identity": "${'0'.repeat(64)}"`));
    expect((await runSearch({ ...input, splits: undefined }, effects(dir))).evaluated.configurations).toBe(14);
    expect(openTrials(dir).rows).toHaveLength(14);
  });
});

test('an account each: totals of all accounts, and a loop run for each', async () => {
  const dir = folder();
  const { file: each, plan, rows } = await runSearch({ spec, space, accounts: 'each' }, effects(dir));
  expect(each.honest!.runs).toHaveLength(2);
  expect(isExact(each.honest!)).toBe(true);
  const last = each.honest!.runs.map((run) => openRun(join(dir, run)).equity.equityMinor.at(-1)!);
  expect(last[0]! + last[1]!).toBe(each.best!.figures.equityMinor);
  // Another configuration than one account over both.
  expect(rows.hashes[0]).not.toBe(whole.rows.hashes[0]);
  expect(plan.sweep).not.toBe(file.sweep);
});

test('what searches for nothing stays out of the ledger, with the same figures beside it', async () => {
  const dir = folder();
  const { file: quiet } = await runSearch(input, effects(dir, { trial: false }));
  expect(existsSync(join(dir, 'trials.jsonl'))).toBe(false);
  expect(quiet.significance).toEqual(file.significance);
});

test('earlier backtests of the same family count beside the search', async () => {
  const dir = folder();
  const strategies = [{ id: 'sma-cross', parameters: { fast: 3, slow: 200 } }];
  await runReplay({ ...spec, strategies, record: 'account' }, { clock, resultsDir: dir, data });
  expect((await runSearch(input, effects(dir))).file.significance!.trials).toBe(15);
});

test.each([
  [{ spec: { ...spec, risk: 'house' } }, /no risk limits in a search, got house/],
  [{ spec: { ...spec, symbols: ['NOPE'] } }, /got NOPE/],
  [{ spec: { ...spec, from: '2011-01-01' } }, /expected from <= to/],
  [{ by: 'luck' as 'sharpe' }, /one of sharpe, return, calmar to choose by, got luck/],
  [{ splits: { ...splits, folds: 400 } }, /3 sessions or more in each part/],
  [{ space: { strategies: [{ strategy: 'momentun', parameters: {} }] } }, /Did you mean momentum/],
])('%j is refused, with nothing written', async (wrong, says) => {
  const dir = folder();
  await expect(runSearch({ ...input, ...wrong }, effects(dir))).rejects.toThrow(says);
  expect(openTrials(dir).rows).toEqual([]);
  expect(existsSync(join(dir, 'ledger.db'))).toBe(false);
});

test('a strategy that no kernel knows is evaluated by the loop', async () => {
  const rule = { spec, space: { strategies: [{ strategy: 'rule:v1', parameters: { buyAt: [1, 2] } }] } };
  const { file: found } = await runSearch(rule, effects(folder()));
  expect(found).toMatchObject({ kernel: 'loop', configurations: { done: 2 }, honest: { differenceMinor: 0 } });
});

test('a thread that refuses its ground says so in its own words', async () => {
  const start = { data, kernel: undefined, folds: [], by: 'sharpe' as const };
  const nowhere = { spec: { ...spec, symbols: ['NOPE'], strategies: [{ id: 'sma-cross' }] }, accounts: 'shared' as const };
  await expect(openPool(2, { ...start, ground: nowhere })).rejects.toThrow(SweepInputError);
  await expect(openPool(1, { ...start, ground: nowhere })).rejects.toThrow(/got NOPE/);
});
