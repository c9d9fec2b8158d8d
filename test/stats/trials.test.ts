/** The trial ledger: rows, returns, families, torn lines, several writers, and what a family leaves of a Sharpe ratio. */
import { spawn } from 'node:child_process';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterEach, expect, test } from 'vitest';
import { manualClock, projectRoot, randomInit, randomNormal } from '../../lib/core/index.js';
import {
  deflatedSharpe,
  familySignificance,
  familyTrials,
  LedgerError,
  type NewTrial,
  openTrials,
  recordTrial,
  StatsError,
  trialCount,
  trialJsonSchema,
  trialReturns,
} from '../../lib/stats/index.js';

const made: string[] = [];
const folder = (): string => {
  const dir = mkdtempSync(join(tmpdir(), 'hindcast-trials-'));
  made.push(dir);
  return dir;
};
afterEach(() => {
  for (const dir of made.splice(0)) rmSync(dir, { recursive: true });
});

const family = { universe: 'cn:000001.SZ', window: '2007-06-21/2020-06-30', hypothesis: 'sma-cross' };
const returnsFor = (seed: number, length = 64): Float64Array => {
  const random = randomInit(seed, 'trials-test');
  return Float64Array.from({ length }, () => 0.001 + 0.01 * randomNormal(random));
};
const trial = (config: number, seed: number | null = null, more: Partial<NewTrial> = {}): NewTrial => ({
  kind: 'sweep',
  family,
  configHash: `config-${config}`,
  seed,
  run: 'run-1',
  returns: returnsFor(config * 100 + (seed ?? 0)),
  ...more,
});
const clock = manualClock(1_600_000_000_000);

test('a row holds the moments, its JSON Schema accepts it, and the returns come back bit for bit', () => {
  const dir = folder();
  const ledger = openTrials(dir);
  expect([ledger.rows, ledger.damaged]).toEqual([[], []]);
  const first = recordTrial(ledger, trial(1), clock);
  const second = recordTrial(ledger, trial(2), clock);
  expect([first.added, second.added]).toEqual([true, true]);
  expect(second.trial).toMatchObject({
    at: 1_600_000_000_000,
    periods: 64,
    returnsFile: 'run-1/returns.bin',
    returnsOffset: 512,
    returnsLength: 64,
  });
  expect(trialReturns(ledger, second.trial)).toEqual(returnsFor(200));
  const lines = readFileSync(join(dir, 'trials.jsonl'), 'utf8').trimEnd().split('\n');
  expect(lines.map((line) => JSON.parse(line))).toEqual([first.trial, second.trial]);
  const validate = new Ajv2020().compile(trialJsonSchema() as object);
  expect(validate(JSON.parse(lines[0]!)), JSON.stringify(validate.errors)).toBe(true);
  expect(validate({ ...first.trial, extra: 1 })).toBe(false);
});

test('one trial a configuration: seeds are replicates unless the best is picked, repeats are no trials, families are apart', () => {
  const ledger = openTrials(folder());
  for (const [config, seed] of [
    [1, 1],
    [1, 2],
    [2, 1],
    [1, 1],
  ] as const)
    recordTrial(ledger, trial(config, seed), clock);
  recordTrial(ledger, trial(3, 1, { family: { ...family, hypothesis: 'momentum' } }), clock);
  expect(ledger.rows.length).toBe(4);
  expect(recordTrial(ledger, trial(2, 1, { run: 'run-9' }), clock).added).toBe(false);
  expect(trialCount(ledger, family)).toBe(2);
  expect(trialCount(ledger, { hypothesis: family.hypothesis, window: family.window, universe: family.universe }, 'count')).toBe(3);
  // The same configuration and seed under other code: the newest returns hold, in the place of the old ones.
  const again = recordTrial(ledger, trial(1, 1, { returns: returnsFor(77) }), clock);
  expect(again.added).toBe(true);
  expect(familyTrials(ledger, family).map((row) => row.id)).toEqual([again.trial.id, ledger.rows[2]!.id]);
});

test('a torn last line is reported and set aside, and the next row gets a line of its own', () => {
  const dir = folder();
  const path = join(dir, 'trials.jsonl');
  recordTrial(openTrials(dir), trial(1), clock);
  appendFileSync(path, '{"schema":"trial@1","id":"ab');
  const ledger = openTrials(dir);
  expect(ledger.rows.length).toBe(1);
  expect(ledger.damaged).toEqual([{ line: 2, problem: 'torn: it does not end in a newline' }]);
  recordTrial(ledger, trial(2), clock);
  expect(ledger.rows.length).toBe(2);
  expect(ledger.damaged).toEqual([{ line: 2, problem: 'no trial@1 row: {"schema":"trial@1","id":"ab' }]);
  expect(openTrials(dir).rows.length).toBe(2);
});

test('two processes append at once: every row and every return is there', async () => {
  const dir = folder();
  const script = join(dir, 'writer.ts');
  const door = join(projectRoot(), 'lib/stats/index.js');
  writeFileSync(
    script,
    `import { openTrials, recordTrial } from ${JSON.stringify(door.replace(/js$/, 'ts'))};
const ledger = openTrials(process.argv[2]);
const me = Number(process.argv[3]);
for (let i = 0; i < 60; i++) recordTrial(ledger, { kind: 'sweep', family: ${JSON.stringify(family)}, configHash: me + '-' + i, seed: null,
  run: 'shared', returns: Array.from({ length: 50 }, (_, k) => me + i / 1000 + k / 1e6) }, { now: () => 0 });
`,
  );
  const write = (me: number): Promise<number | null> =>
    new Promise((done) => {
      const child = spawn(process.execPath, ['--import', join(projectRoot(), 'lib/boot.mjs'), script, dir, String(me)], {
        stdio: 'inherit',
      });
      child.on('close', done);
    });
  expect(await Promise.all([write(1), write(2), write(3)])).toEqual([0, 0, 0]);
  const ledger = openTrials(dir);
  expect(ledger.damaged).toEqual([]);
  expect(trialCount(ledger, family)).toBe(180);
  for (const row of ledger.rows) {
    const [me, i] = row.configHash.split('-').map(Number);
    expect(trialReturns(ledger, row)[3]).toBe(me! + i! / 1000 + 3 / 1e6);
  }
  expect(readFileSync(join(dir, 'shared/returns.bin')).length).toBe(180 * 50 * 8);
}, 60_000);

test('changed or lost returns are found out; returns that are not finite are refused and leave nothing', () => {
  const dir = folder();
  const ledger = openTrials(dir);
  const { trial: row } = recordTrial(ledger, trial(1), clock);
  writeFileSync(join(dir, 'run-1/returns.bin'), Buffer.alloc(512));
  expect(() => trialReturns(ledger, row)).toThrow(LedgerError);
  rmSync(join(dir, 'run-1/returns.bin'));
  expect(() => trialReturns(ledger, row)).toThrow(/got no such file/);
  expect(() => recordTrial(ledger, trial(2, null, { returns: [0.1, Number.NaN] }), clock)).toThrow(StatsError);
  expect(openTrials(dir).rows.length).toBe(1);
});

test('a family’s significance: deflated by what was tried, PBO from ten configurations on, reasons where there is no figure', () => {
  const ledger = openTrials(folder());
  const record = (config: number, returns = returnsFor(config)): void => void recordTrial(ledger, trial(config, null, { returns }), clock);
  record(0);
  const read = (row: (typeof ledger.rows)[number]): Float64Array => trialReturns(ledger, row);
  const alone = familySignificance(ledger.rows[0]!, familyTrials(ledger, family), read);
  expect(alone.deflatedSharpe).toBe(alone.probabilisticSharpe);
  expect(alone.overfitting.reason).toBe('n/a: 1 aligned configurations, at least 10 are needed');
  for (let config = 1; config < 12; config++) record(config);
  record(12, new Float64Array(64)); // never traded
  record(13, returnsFor(13, 30)); // another length
  const rows = familyTrials(ledger, family);
  const best = rows.reduce((a, b) => ((b.sharpePerPeriod ?? -9) > (a.sharpePerPeriod ?? -9) && b.periods === 64 ? b : a));
  const all = familySignificance(best, rows, read);
  expect(all.trials).toBe(14);
  expect(all.effectiveTrials).toBeGreaterThan(12);
  expect(all.effectiveTrials).toBeLessThanOrEqual(14);
  const { sharpePerPeriod, periods, skew, kurtosis } = best;
  expect(all.deflatedSharpe).toBe(
    deflatedSharpe({ sharpePerPeriod: sharpePerPeriod!, periods, skew: skew!, kurtosis: kurtosis! }, 14, all.sharpeVariance!),
  );
  expect(all.deflatedSharpe).toBeLessThan(all.probabilisticSharpe!);
  expect(all.overfitting).toMatchObject({ configurations: 13, combinations: 12_870 });
  const idle = familySignificance(rows[12]!, rows, read);
  expect(idle).toMatchObject({ sharpePerPeriod: null, deflatedSharpe: null, minimumTrackRecordPeriods: null });
  expect(idle.reasons['deflatedSharpe']).toBe('the returns of the trial do not vary');
});
