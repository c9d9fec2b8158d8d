/**
 * The same policies on the same bars through QF-Lib's backtest engine and through our loop: same action on every bar, same orders, same
 * shares, same cash. Fees are set equal by the adapter's commission model; the span holds no limit-up open, suspension or cut.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { dateOf, projectRoot, systemClock } from '../../lib/core/index.js';
import { embeddedData } from '../../lib/feeds/index.js';
import { openRun, runReplay } from '../../lib/replay/index.js';
import { importSb3, type PolicyBundle, policyNpz, saveBundle } from '../../lib/rl/index.js';
import { goldenPath } from '../rl/sb3-files.js';
import { somePolicy } from '../rl/some-policy.js';
import { pythonWith } from './environment.js';

const root = projectRoot();
let python = '';
const SYMBOL = '600036.SH';
const [from, to] = ['2017-01-03', '2018-03-30'];
const scratch = mkdtempSync(join(tmpdir(), 'hindcast-qflib-'));

beforeAll(() => {
  python = pythonWith('qflib', [['-r', 'pipelines/python/qflib_adapter/requirements.txt']]);
  // the loop's own bars, as it has them
  const series = embeddedData('cn').series.get(SYMBOL)!;
  const rows = Array.from({ length: series.length }, (_, i) => {
    const prices = [series.open, series.high, series.low, series.close].map((column) => (column[i]! / 100).toFixed(2));
    return `${dateOf(series.day[i]!)},${prices.join(',')},${series.volume[i]},${series.factor[i]}`;
  });
  writeFileSync(join(scratch, 'bars.csv'), `date,open,high,low,close,volume,factor\n${rows.join('\n')}\n`);
});

const imported = (name: string): PolicyBundle =>
  importSb3({ model: goldenPath(`${name}.zip`), normaliser: goldenPath(`${name}.pkl`) }).bundle;
const policies: readonly (readonly [string, () => PolicyBundle])[] = [
  ['tanh64', () => imported('tanh64')],
  ['tanh64-untrained', () => imported('tanh64-untrained')],
  ['relu32-16', () => imported('relu32-16')],
  ...[1, 2, 3, 4].map((seed) => [`scale-free ${seed}`, () => somePolicy({ seed })] as const),
  ['scale-free without volume', () => somePolicy({ seed: 5, leaveOut: ['volumeZ20'] })],
];

interface Decision {
  readonly day: string;
  readonly action: string;
  readonly order: number;
  readonly reason: string | null;
  readonly cashMinor: number;
  readonly quantity: number;
}

let orders = 0;
const actions = new Set<string>();

test.each(policies)('%s', async (name, make) => {
  const bundle = make();
  const folder = join(scratch, name);
  saveBundle(folder, bundle);
  writeFileSync(`${folder}.npz`, policyNpz(bundle));
  // every second policy by its archive
  const path = policies.findIndex(([other]) => other === name) % 2 === 0 ? folder : `${folder}.npz`;
  const out = join(scratch, 'decisions.json');
  const flags = ['--bundle', path, '--bars', join(scratch, 'bars.csv'), '--from', from, '--to', to, '--out', out];
  execFileSync(python, ['-B', '-W', 'ignore', '-m', 'qflib_adapter.backtest', ...flags], { cwd: join(root, 'pipelines/python') });
  const theirs = JSON.parse(readFileSync(out, 'utf8')) as { bundle: string; decisions: Decision[]; equityMinor: number };
  expect(theirs.bundle).toBe(bundle.hash);

  const spec = {
    data: 'embedded:cn',
    symbols: [SYMBOL],
    from,
    to,
    strategies: [{ id: 'rl', parameters: { bundle: folder } }],
    priceOnly: true,
  };
  const result = await runReplay(spec, { clock: systemClock(), resultsDir: join(scratch, 'results'), trial: false, audit: false });
  const run = openRun(result.folder);
  const ours = run.decisions();
  expect(ours.length).toBeGreaterThan(290);
  expect(theirs.decisions.map(({ day, action }) => `${day} ${action}`)).toEqual(ours.map((row) => `${row.session} ${row.decision.action}`));
  expect(theirs.decisions.map(({ day, quantity, cashMinor }) => `${day} ${quantity} ${cashMinor}`)).toEqual(
    ours.map((row) => `${row.session} ${row.portfolio.quantity} ${row.portfolio.cashMinor}`),
  );
  // signed fills by session against the orders of the session before
  const filled = run.fills().flatMap((row) => (row.kind === 'fill' ? [row.side === 'buy' ? row.quantity : -row.quantity] : []));
  const sent = theirs.decisions.map(({ order }) => order).filter((order) => order !== 0);
  expect(sent.slice(0, filled.length)).toEqual(filled);
  orders += sent.length;
  for (const { action } of theirs.decisions) actions.add(action);
  expect(theirs.equityMinor).toBe(Number(result.equity.equityMinor.at(-1)));
  console.log(`${name}: ${ours.length} bars, ${sent.length} orders, equity ${(theirs.equityMinor / 100).toFixed(2)} in both`);
});

test('the comparison saw every action, and many orders', () => {
  expect([...actions].sort()).toEqual(['BUY_25', 'BUY_50', 'HOLD', 'SELL_50', 'SELL_ALL']);
  expect(orders).toBeGreaterThan(300);
});
