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
  let seconds = Number.POSITIVE_INFINITY;
  for (let i = 1; i <= times; i++) {
    const started = performance.now();
    const { equityMinor, fills, decisions } = await replayLoopOnly(spec, { data, calendar });
    seconds = Math.min(seconds, (performance.now() - started) / 1000);
    if (i === times) print(seconds, equityMinor, fills, decisions);
  }
} else {
  const resultsDir = mkdtempSync(join(tmpdir(), 'hindcast-bench-'));
  try {
    const started = performance.now();
    const { equity, row } = await runReplay(spec, { clock: systemClock(), resultsDir, data, calendar, audit: false, trial: false });
    print(
      (performance.now() - started) / 1000,
      equity.equityMinor[equity.equityMinor.length - 1]!,
      row.counts.fills,
      mode === 'full' ? row.counts.decisions : count,
    );
  } finally {
    rmSync(resultsDir, { recursive: true, force: true });
  }
}

function print(seconds: number, equityMinor: number, fills: number, decisions: number): void {
  console.log(JSON.stringify({ seconds, equityMinor, fills, decisions, peakMb: process.resourceUsage().maxRSS / 1024 }));
}
