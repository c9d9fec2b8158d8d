/** What `hindcast memory uplift` does: five replays and a table of what each use of memory was worth. */
import { memoryUplift } from '../../replay/index.js';
import type { Context, Done } from '../action.js';
import { openedEmbedder } from '../opened-embedder.js';
import { replayEffects } from '../replay-effects.js';
import type { SpecFlags } from '../spec-flags.js';
import { specsFrom } from '../specs-from.js';
import { tableLines } from '../table.js';

export interface UpliftFlags extends SpecFlags {
  readonly strategy?: string;
}

export async function memoryUpliftOf(context: Context, flags: UpliftFlags): Promise<Done> {
  const { say, progress } = context;
  const { data, specs, understood } = await specsFrom(context, flags, [flags.strategy ?? 'memory:v1'], { memory: {} });
  for (const line of understood) say(line);
  const spec = specs[0]!;
  const { embedder, close } = await openedEmbedder(context, spec.memory?.embedder ?? 'local');
  // Experiments on one's own memory: they search for nothing, so they stay out of the trial ledger.
  const effects = { ...replayEffects(context), data, embedder, trial: false, audit: false, progress: progress.report };
  const rows = await memoryUplift(spec, effects).finally(close);
  progress.close();
  const bp = (value: number): string => (10_000 * value).toFixed(1);
  const right = 'right' as const;
  const columns = [
    { head: 'memory', cell: (row: (typeof rows)[number]) => row.use },
    { head: 'decisions', align: right, cell: (row: (typeof rows)[number]) => String(row.decisions) },
    { head: 'uplift bp', align: right, cell: (row: (typeof rows)[number]) => bp(row.uplift.mean) },
    { head: '95 % interval', align: right, cell: (row: (typeof rows)[number]) => `${bp(row.uplift.low)} .. ${bp(row.uplift.high)}` },
    { head: 'return', align: right, cell: (row: (typeof rows)[number]) => `${(100 * row.totalReturn).toFixed(2)} %` },
  ];
  for (const line of tableLines(columns, rows)) say(line);
  say();
  say('uplift: what a decision made over the market by the horizon, less the same without memory, in basis points, mean over sessions.');
  if (data.synthetic) say('synthetic data');
  return { json: { command: 'memory uplift', rows } };
}
