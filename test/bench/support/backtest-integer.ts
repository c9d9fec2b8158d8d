/** The integer kernel: one backtest over a million bars, and a whole search over fifty A-shares, its trial ledger and returns with it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dateOf, systemClock } from '../../../lib/core/index.js';
import { labMarket } from '../../../lib/feeds/index.js';
import { createEvaluator, floatBacktest, runSearch } from '../../../lib/sweep/index.js';
import { type BenchEffects, type BenchPart, bestOf, RULE, rounds } from './backtest-part.js';
import { lcgData } from './lcg-data.js';
import { ratio, spread, type Timed, timed } from './peers.js';

const BARS = 1_000_000;
const WARM = 20;
const ROUNDS = 25;
const SEARCH_ROUNDS = 3;
const STOCKS = 50;
const SESSIONS = 2_500;
/** 1,000 combinations: fast 5..44, slow 50, 55, ... 170. */
const SPACE = { strategies: [{ strategy: 'sma-cross', parameters: { fast: '5:44', slow: '50:170:5' } }] };

export async function integerPart({ say, signal }: BenchEffects): Promise<BenchPart> {
  say('integer kernel: one backtest');
  const { data, calendar, from, to } = lcgData(BARS);
  const ground = {
    accounts: 'shared' as const,
    spec: { data: data.source, symbols: ['LCG'], from, to, strategies: [], sizing: 'at-fill' as const, initialCash: 1e8, horizons: [] },
  };
  const evaluator = createEvaluator(ground, { data, calendar });
  const configuration = { strategy: 'sma-cross', parameters: { fast: 20, slow: 50 } };
  // The curve goes into memory that is there already, as the float kernel and numba have it.
  const equity = new Float64Array(evaluator.sessions.length);
  const evaluate = () => evaluator.evaluate(configuration, { equity });
  // The float kernel on the same bars, by turns with it.
  const { open, close } = data.series.get('LCG')!;
  const [opens, closes] = [open.map((tick) => tick / 4), close.map((tick) => tick / 4)];
  const float = () => floatBacktest(opens, closes, RULE, { equity });
  for (let i = 0; i < WARM; i++) {
    await evaluate();
    float();
  }
  const single: Timed<Awaited<ReturnType<typeof evaluate>>>[] = [];
  const floats: Timed<ReturnType<typeof float>>[] = [];
  await rounds(ROUNDS, signal, async () => {
    single.push(await bestOf(() => timed(evaluate)));
    floats.push(await bestOf(() => timed(float)));
  });

  say(`a search: 1,000 configurations, ${STOCKS} stocks, ${SESSIONS} sessions`);
  const universe = stocks();
  const searches: Awaited<ReturnType<typeof search>>[] = [];
  await rounds(SEARCH_ROUNDS, signal, async () => void searches.push(await search(universe, signal)));
  const { file } = searches[0]!;
  const { equityMinor, fills } = single[0]!.answer;
  return {
    metrics: {
      single_integer_bars_per_s: spread(
        single.map(({ seconds }) => BARS / seconds),
        'bars/s',
      ),
      single_integer_bars_per_cpu_s: spread(
        single.map(({ cpuSeconds }) => BARS / cpuSeconds),
        'bars/CPU s',
      ),
      grid_1000x50x2500_s: spread(
        searches.map(({ seconds }) => seconds),
        's',
      ),
      grid_1000x50x2500_cpu_s: spread(
        searches.map(({ cpuSeconds }) => cpuSeconds),
        'CPU s',
      ),
      grid_evaluation_s: spread(
        searches.map(({ evaluatedS }) => evaluatedS),
        's',
      ),
    },
    ratios: {
      integer_vs_float: ratio(
        single.map(({ cpuSeconds }) => 1 / cpuSeconds),
        floats.map(({ cpuSeconds }) => 1 / cpuSeconds),
      ),
    },
    checks: {
      b1_integer_kernel: equityMinor / 100,
      b1_integer_kernel_fills: fills,
      integer_kernel: evaluator.kernel,
      grid_kernel: file.kernel,
      grid_workers: searches[0]!.workers,
      grid_best: file.best?.configuration.parameters,
      // Minor units between the kernel and the honest loop, at any close: none.
      grid_difference: file.honest?.differenceMinor,
    },
  };
}

/** From bars in memory to the search's files. The trial ledger lies in a folder of its own, since a bench counts for nothing. */
async function search({ data, symbols, from, to }: ReturnType<typeof stocks>, signal: AbortSignal) {
  const resultsDir = mkdtempSync(join(tmpdir(), 'hindcast-bench-'));
  const input = { spec: { data: data.source, symbols, from, to, horizons: [] }, space: SPACE };
  try {
    const { answer, ...spent } = await timed(() => runSearch(input, { clock: systemClock(), resultsDir, data, signal }));
    const { evaluated, file } = answer;
    return { ...spent, evaluatedS: evaluated.ms / 1000, workers: evaluated.workers, file };
  } finally {
    rmSync(resultsDir, { recursive: true, force: true });
  }
}

/** Made-up A-shares, all listed from the first session, with suspensions, ST spells, dividends and new shares, under the real rulebook. */
function stocks() {
  const { data } = labMarket({ symbols: STOCKS, sessions: SESSIONS, from: '2014-01-02', newListingShare: 0 }, 1);
  const symbols = data.instruments.filter(({ kind }) => kind === 'stock').map(({ symbol }) => symbol);
  const days = symbols.map((symbol) => data.series.get(symbol)!.day);
  const first = Math.min(...days.map((day) => day[0]!));
  const last = Math.max(...days.map((day) => day[day.length - 1]!));
  return { data, symbols, from: dateOf(first), to: dateOf(last) };
}
