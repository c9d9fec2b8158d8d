/** Replays of `memory:v1` on the lab market with recurring regimes, for the tests of what a memory is worth. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dateOf, systemClock } from '../../lib/core/index.js';
import { loadLab } from '../../lib/feeds/index.js';
import type { Embedder, MemoryUse } from '../../lib/memory/index.js';
import { memoryUplift, type UpliftRow } from '../../lib/replay/index.js';

/** Sessions before the first decision. */
const START = 20;

/** `embedder`: the default one when absent. */
export async function upliftOnLab(
  { seed, symbolCount, sessions, embedder }: { seed: number; symbolCount: number; sessions: number; embedder?: Embedder },
  uses?: readonly MemoryUse[],
): Promise<Map<MemoryUse, UpliftRow>> {
  const source = `lab:recurring@${seed}`;
  const data = loadLab(source);
  const { day } = data.series.get(data.index!)!;
  const symbols = [...data.series.values()]
    .filter((series) => series.symbol !== data.index && series.day[0] === day[0])
    .slice(0, symbolCount)
    .map(({ symbol }) => symbol);
  const rows = await memoryUplift(
    {
      data: source,
      symbols,
      from: dateOf(day[START]!),
      to: dateOf(day[START + sessions - 1]!),
      seed,
      strategies: [{ id: 'memory:v1' }],
      memory: {},
    },
    {
      clock: systemClock(),
      resultsDir: mkdtempSync(join(tmpdir(), 'hindcast-uplift-')),
      data,
      trial: false,
      audit: false,
      ...(embedder === undefined ? {} : { embedder }),
    },
    uses,
  );
  return new Map(rows.map((row) => [row.use, row]));
}
