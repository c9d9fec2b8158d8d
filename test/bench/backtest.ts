/** `hindcast bench backtest`: the honest loop over generated bars, with its recorder off and on, each run in a process of its own. */
import { spawnSync } from 'node:child_process';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { projectRoot } from '../../lib/core/index.js';

interface Measured {
  readonly seconds: number;
  readonly equityMinor: number;
  readonly fills: number;
  readonly decisions: number;
  readonly peakMb: number;
}

const REPEATS = 5;
const BARS = 1_000_000;
const RECORDED_BARS = 1_000_000;
const FEW_BARS = 10_000;

function measure(mode: 'off' | 'full', bars: number): Measured {
  const root = projectRoot();
  const child = spawnSync(
    process.execPath,
    ['--import', join(root, 'lib/boot.mjs'), join(root, 'test/bench/support/loop-child.ts'), mode, String(bars)],
    {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  if (child.status !== 0)
    throw new Error(`measure: expected the ${mode} loop to end well, got exit code ${child.status}. Run it alone to see why.`);
  return JSON.parse(child.stdout.trim().split('\n').pop()!) as Measured;
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1]!;
const spread = (values: readonly number[], unit: string) => ({ min: Math.min(...values), median: median(values), n: values.length, unit });

export async function bench({ say, signal }: { peers: boolean; say: (text: string) => void; signal: AbortSignal }) {
  const off: Measured[] = [];
  const few: Measured[] = [];
  const full: Measured[] = [];
  for (let i = 0; i < REPEATS && !signal.aborted; i++) {
    say(`round ${i + 1} of ${REPEATS}`);
    off.push(measure('off', BARS));
    few.push(measure('off', FEW_BARS));
    full.push(measure('full', RECORDED_BARS));
  }
  const rates = (runs: readonly Measured[]) => runs.map((run) => run.decisions / run.seconds);
  const perBar = (runs: readonly Measured[]) => runs.map((run) => (run.seconds * 1e9) / run.decisions);
  return {
    bench: 'backtest',
    machine: { cpu: cpus()[0]?.model ?? 'unknown', cores: cpus().length },
    versions: { node: process.version },
    metrics: {
      loop_decisions_per_s: spread(rates(off), 'bar-decisions/s'),
      loop_recorded_decisions_per_s: spread(rates(full), 'rows/s'),
      loop_ns_per_bar_10k: spread(perBar(few), 'ns'),
      loop_ns_per_bar_1m: spread(perBar(off), 'ns'),
      peak_mb_1m: spread(
        off.map((run) => run.peakMb),
        'MB',
      ),
    },
    ratios: {},
    checks: { b1_integer: off[0]!.equityMinor / 100, b1_fills: off[0]!.fills, recorded_rows: full[0]!.decisions },
  };
}
