/** One measurement in a process of its own: `loop-child.ts <off|account|full> <bars>` prints one JSON line. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../../lib/core/index.js';
import { replayLoopOnly, runReplay } from '../../../lib/replay/index.js';
import { lcgData } from './lcg-data.js';

const mode = process.argv[2]!;
const count = Number(process.argv[3]);
const { data, calendar, from, to } = lcgData(count);
const spec = {
  data: 'bench:lcg',
  symbols: ['LCG'],
  from,
  to,
  strategies: [{ id: 'sma-cross', parameters: { fast: 20, slow: 50 } }],
  sizing: 'at-fill' as const,
  initialCash: 1e8,
  horizons: [],
  record: mode === 'full' ? ('full' as const) : ('account' as const),
};

if (mode === 'off') {
  // A short run is measured warm, as the fastest of several: what a bar costs, not what starting costs.
  const times = count < 100_000 ? 30 : 1;
  let best = { seconds: Number.POSITIVE_INFINITY, cpuSeconds: Number.POSITIVE_INFINITY };
  for (let i = 1; i <= times; i++) {
    const spent = stopwatch();
    const { equityMinor, fills, decisions } = await replayLoopOnly(spec, { data, calendar });
    const { seconds, cpuSeconds } = spent();
    best = { seconds: Math.min(best.seconds, seconds), cpuSeconds: Math.min(best.cpuSeconds, cpuSeconds) };
    if (i === times) print(best, equityMinor, fills, decisions);
  }
} else {
  const resultsDir = mkdtempSync(join(tmpdir(), 'hindcast-bench-'));
  try {
    const spent = stopwatch();
    const { equity, row } = await runReplay(spec, { clock: systemClock(), resultsDir, data, calendar, audit: false, trial: false });
    print(spent(), equity.equityMinor[equity.equityMinor.length - 1]!, row.counts.fills, mode === 'full' ? row.counts.decisions : count);
  } finally {
    rmSync(resultsDir, { recursive: true, force: true });
  }
}

/** Wall seconds, and CPU seconds of all threads. */
function stopwatch(): () => { seconds: number; cpuSeconds: number } {
  const cpu = process.cpuUsage();
  const started = performance.now();
  return () => {
    const seconds = (performance.now() - started) / 1000;
    const { user, system } = process.cpuUsage(cpu);
    return { seconds, cpuSeconds: (user + system) / 1e6 };
  };
}

function print(spent: ReturnType<ReturnType<typeof stopwatch>>, equityMinor: number, fills: number, decisions: number): void {
  console.log(JSON.stringify({ ...spent, equityMinor, fills, decisions, peakMb: process.resourceUsage().maxRSS / 1024 }));
}
