/** What `hindcast settle` does: outcomes of recorded decisions, summed up by horizon. */
import { resolve } from 'node:path';
import { settleRun } from '../../replay/index.js';
import type { Context, Done } from '../action.js';
import { tableLines } from '../table.js';

export interface SettleFlags {
  readonly horizons?: number[];
  readonly rulebook?: string;
  readonly commission?: { numerator: number; denominator: number };
  readonly minimumCommissionMinor?: number;
  readonly slippageBp?: number;
}

export async function settle({ say }: Context, { horizons, rulebook, ...costs }: SettleFlags, run: string): Promise<Done> {
  const { commission, minimumCommissionMinor, slippageBp } = costs;
  const result = settleRun(resolve(run), { horizons, rulebook, costs: { commission, minimumCommissionMinor, slippageBp } });
  const percent = (value: number | null) => (value === null ? 'n/a' : (100 * value).toFixed(2));
  type Row = (typeof result.horizons)[number];
  const right = (head: string, cell: (row: Row) => string) => ({ head, align: 'right' as const, cell });
  const columns = [
    right('horizon', (row) => String(row.horizon)),
    right('outcomes', (row) => row.outcomes.toLocaleString('en-US')),
    right('mean return %', (row) => percent(row.meanInstrumentReturn)),
    right('mean net %', (row) => percent(row.meanNet)),
    right('right %', (row) => percent(row.rightShare)),
  ];
  for (const line of tableLines(columns, result.horizons)) say(line);
  say(`  ${result.mark}`);
  say();
  say(`${result.outcomes} outcomes in ${result.path}`);
  return { json: { command: 'settle', ...result } };
}
