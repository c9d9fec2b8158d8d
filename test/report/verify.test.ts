import { cpSync, mkdirSync, mkdtempSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { dateOf, dayOf, manualClock } from '../../lib/core/index.js';
import { embeddedData, writeData } from '../../lib/feeds/index.js';
import { openRun, type ReplaySpecInput, runReplay } from '../../lib/replay/index.js';
import { packRun, verifyRun, writeReport } from '../../lib/report/index.js';

const clock = manualClock(1_700_000_000_000);
const scratch = (): string => mkdtempSync(join(tmpdir(), 'hindcast-verify-'));
const spec: ReplaySpecInput = {
  data: 'embedded:cn',
  symbols: ['000001.SZ'],
  from: '2015-01-05',
  to: '2015-06-30',
  strategies: [{ id: 'rule:v1' }],
};
const run = async (input: ReplaySpecInput, resultsDir = scratch()) => (await runReplay(input, { clock, resultsDir, trial: false })).folder;
const verify = (path: string) => verifyRun(path, { clock, resultsDir: scratch() });
/** A copy of a run whose run.json is changed. */
const edited = (folder: string, change: (row: Record<string, never>) => void): string => {
  const copy = join(scratch(), 'run');
  cpSync(folder, copy, { recursive: true });
  const row = JSON.parse(readFileSync(join(copy, 'run.json'), 'utf8'));
  change(row);
  writeFileSync(join(copy, 'run.json'), JSON.stringify(row));
  return copy;
};

test('a run, its report and its pack are verified', async () => {
  const folder = await run(spec);
  expect(await verify(folder)).toMatchObject([{ verdict: 'verified', moved: [] }]);
  const { file } = await writeReport({ runs: [openRun(folder)], out: join(scratch(), 'report.html'), clock });
  expect(await verify(file)).toMatchObject([{ verdict: 'verified', moved: [] }]);
  const pack = packRun(folder);
  expect(await verify(pack.path)).toMatchObject([{ verdict: 'verified', moved: [] }]);
  expect(packRun(folder, join(scratch(), 'again.zip')).bytes).toBe(pack.bytes);
});

test('drift names the part that moved', async () => {
  const folder = await run(spec);
  const moved = async (change: (row: never) => void) => (await verify(edited(folder, change as (row: Record<string, never>) => void)))[0]!;
  expect(await moved((row: { spec: { initialCash: number } }) => void (row.spec.initialCash = 5_000_000))).toMatchObject({
    verdict: 'drifted',
    moved: ['parameters'],
  });
  expect(await moved((row: { spec: { seed: number } }) => void (row.spec.seed = 7))).toMatchObject({ verdict: 'drifted', moved: ['seed'] });
  expect(await moved((row: { stamp: { lockfile: string } }) => void (row.stamp.lockfile = '0'))).toMatchObject({
    verdict: 'verified',
    moved: ['lockfile'],
  });
  expect(await moved((row: { stamp: { code: { treeHash: string } } }) => void (row.stamp.code.treeHash = '0'))).toMatchObject({
    verdict: 'verified',
    moved: ['code'],
  });
  const copy = join(scratch(), 'run');
  cpSync(folder, copy, { recursive: true });
  writeFileSync(join(copy, 'equity.csv'), readFileSync(join(copy, 'equity.csv'), 'utf8').replace('1', '2'));
  expect((await verify(copy))[0]).toMatchObject({ verdict: 'drifted', moved: ['file:equity.csv'] });
});

test('data that changed is named by its symbol; data that is gone cannot be verified, its pack can', async () => {
  const bars = join(scratch(), 'bars');
  const all = embeddedData('cn');
  mkdirSync(bars);
  writeData(all, bars);
  const folder = await run({ ...spec, data: bars });
  const pack = packRun(folder);
  renameSync(bars, `${bars}-away`);
  const [gone] = await verify(folder);
  expect(gone).toMatchObject({ verdict: 'cannot verify' });
  expect(gone!.says).toContain(bars);
  expect(await verify(pack.path)).toMatchObject([{ verdict: 'verified' }]);
  // The same bars with one close changed, in the same place: the run's data moved.
  const series = all.series.get('000001.SZ')!;
  const at = series.day.indexOf(dayOf('2015-03-02'));
  series.close[at] = series.low[at]!;
  series.open[at] = series.high[at]!;
  const csv = join(bars, '000001.SZ.csv');
  mkdirSync(bars);
  writeFileSync(
    csv,
    `date,open,high,low,close,volume\n${[...series.day].map((day, i) => [dateOf(day), ...[series.open, series.high, series.low, series.close].map((column) => (column[i]! / 100).toFixed(2)), series.volume[i]].join(',')).join('\n')}\n`,
  );
  writeFileSync(
    join(bars, 'actions.csv'),
    'symbol,ex_date,pay_date,known_at,cash_per_share,bonus_per_share,transfer_per_share\n000001.SZ,,,,,,\n',
  );
  const [changed] = await verify(folder);
  expect(changed!.moved).toContain('data:000001.SZ');
  expect(changed!.verdict).toBe('drifted');
  expect(() => packRun(folder)).toThrow(/others by now: data:000001\.SZ/);
});

test('frozen intents under another cost are verified too', async () => {
  const resultsDir = scratch();
  const folder = await run(spec, resultsDir);
  const frozen = await run({ ...spec, frozenFrom: folder, costs: { commission: { numerator: 1, denominator: 1000 } } }, resultsDir);
  expect(openRun(frozen).row.marks).toContain('frozen intents: chosen on another portfolio');
  expect(await verify(frozen)).toMatchObject([{ verdict: 'verified' }]);
  expect(await verify(packRun(frozen).path)).toMatchObject([{ verdict: 'verified' }]);
});

test('a file that is no report, pack or run is refused by name', async () => {
  const path = join(scratch(), 'x.html');
  writeFileSync(path, '<p>hello</p>');
  await expect(verify(path)).rejects.toThrow(/expected a report/);
  const zip = join(scratch(), 'x.zip');
  writeFileSync(zip, 'PK');
  await expect(verify(zip)).rejects.toThrow(/expected a pack/);
  await expect(verify(scratch())).rejects.toThrow(/expected a run folder/);
});
