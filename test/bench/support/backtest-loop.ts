/** The honest loop over generated bars, recorder off and on, each run in a process of its own, and the engines that run one bar at a time. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { projectRoot } from '../../../lib/core/index.js';
import { floatBacktest } from '../../../lib/sweep/index.js';
import { lcgBars } from '../lcg-bars.js';
import { agree, type BenchEffects, type BenchPart, RULE, rounds } from './backtest-part.js';
import { ratio, spread, type Timed } from './peers.js';

interface Measured {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly equityMinor: number;
  readonly fills: number;
  readonly decisions: number;
  readonly peakMb: number;
}

const ROUNDS = 5;
const BARS = 1_000_000;
const FEW_BARS = 10_000;
/** Peers are slow: as many bars as take them about a second. */
const BACKTESTING_BARS = 100_000;
const BACKTRADER_BARS = 10_000;

function measure(mode: 'off' | 'full', bars: number): Measured {
  const root = projectRoot();
  const child = spawnSync(
    process.execPath,
    ['--import', join(root, 'lib/boot.mjs'), join(root, 'test/bench/support/loop-child.ts'), mode, String(bars)],
    { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] },
  );
  if (child.status !== 0)
    throw new Error(`measure: expected the ${mode} loop to end well, got exit code ${child.status}. Run it alone to see why.`);
  return JSON.parse(child.stdout.trim().split('\n').pop()!) as Measured;
}

export async function loopPart({ peer, say, signal }: BenchEffects): Promise<BenchPart> {
  const [off, few, full]: [Measured[], Measured[], Measured[]] = [[], [], []];
  const peers = { backtesting: [] as Timed<{ equity: number }>[], backtrader: [] as Timed<{ equity: number }>[] };
  await rounds(ROUNDS, signal, async (round) => {
    say(`the loop: round ${round + 1} of ${ROUNDS}`);
    off.push(measure('off', BARS));
    if (peer) {
      peers.backtesting.push(await peer.run('backtesting-py', { bars: BACKTESTING_BARS }));
      peers.backtrader.push(await peer.run('backtrader', { bars: BACKTRADER_BARS }));
    }
    few.push(measure('off', FEW_BARS));
    full.push(measure('full', BARS));
  });
  for (const { answer } of peers.backtesting) agree('backtesting.py equity', floatEquity(BACKTESTING_BARS), answer.equity);
  for (const { answer } of peers.backtrader) agree('backtrader equity', floatEquity(BACKTRADER_BARS), answer.equity);

  const rates = (runs: readonly Measured[]) => runs.map((run) => run.decisions / run.seconds);
  const cpuRates = (runs: readonly Measured[]) => runs.map((run) => run.decisions / run.cpuSeconds);
  const perBar = (runs: readonly Measured[]) => runs.map((run) => (run.seconds * 1e9) / run.decisions);
  const peakMb = off.map((run) => run.peakMb);
  const backtesting = peers.backtesting.map(({ cpuSeconds }) => BACKTESTING_BARS / cpuSeconds);
  const backtrader = peers.backtrader.map(({ cpuSeconds }) => BACKTRADER_BARS / cpuSeconds);
  return {
    metrics: {
      loop_decisions_per_s: spread(rates(off), 'bar-decisions/s'),
      loop_decisions_per_cpu_s: spread(cpuRates(off), 'bar-decisions/CPU s'),
      loop_recorded_decisions_per_s: spread(rates(full), 'rows/s'),
      loop_recorded_decisions_per_cpu_s: spread(cpuRates(full), 'rows/CPU s'),
      loop_ns_per_bar_10k: spread(perBar(few), 'ns'),
      loop_ns_per_bar_1m: spread(perBar(off), 'ns'),
      peak_mb_1m: spread(peakMb, 'MB'),
      ...(peer && {
        backtesting_py_bars_per_cpu_s: spread(backtesting, 'bars/CPU s'),
        backtrader_bars_per_cpu_s: spread(backtrader, 'bars/CPU s'),
      }),
    },
    ratios: peer ? { loop_vs_backtrader: ratio(cpuRates(off), backtrader), loop_vs_backtesting_py: ratio(cpuRates(off), backtesting) } : {},
    checks: { b1_integer: off[0]!.equityMinor / 100, b1_fills: off[0]!.fills, recorded_rows: full[0]!.decisions },
  };
}

/** What the float loop comes to after `count` bars: the engines here don't round money. */
function floatEquity(count: number): number {
  const { open, close } = lcgBars(count);
  const quarters = (ticks: Float64Array) => ticks.map((tick) => tick / 4);
  return floatBacktest(quarters(open), quarters(close), RULE).finalEquity;
}
