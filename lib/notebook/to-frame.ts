/** danfojs data frames for notebook tables. The package takes a second and a half to load: only who calls this pays. */
import type { DataFrame } from 'danfojs-node';
import type { BarSeries, BarWindow } from '../core/index.js';
import type { DecisionRow, FillRow, RejectionRow } from '../replay/index.js';
import type { TrialRow } from '../stats/index.js';
import { barColumns, type Columns, decisionColumns, fillColumns, trialColumns } from './frame-columns.js';

export interface FrameSources {
  bars: BarSeries | BarWindow;
  decisions: readonly DecisionRow[];
  fills: readonly (FillRow | RejectionRow)[];
  trials: readonly TrialRow[];
}

const columnsOf: { readonly [K in keyof FrameSources]: (source: FrameSources[K]) => Columns } = {
  bars: barColumns,
  decisions: decisionColumns,
  fills: fillColumns,
  trials: trialColumns,
};

/**
 * A frame with one row per bar, decision, fill or trial: `await toFrame('fills', run.fills())`. Numbers stay numbers (NaN where
 * there is none), instants and dates are ISO text. Meant for tables of a notebook: danfojs is slow above some 100,000 rows.
 */
export async function toFrame<K extends keyof FrameSources>(kind: K, source: FrameSources[K]): Promise<DataFrame> {
  const columns = columnsOf[kind](source);
  const danfo = await import('danfojs-node');
  const names = Object.keys(columns);
  if (columns[names[0]!]!.length === 0) return new danfo.DataFrame([], { columns: names });
  return new danfo.DataFrame(columns, { dtypes: names.map((name) => dtypeOf(columns[name]![0])) });
}

/** danfojs guesses a type from the first rows, and takes NaN for text. */
const dtypeOf = (value: unknown): string => (typeof value === 'number' ? 'float32' : typeof value === 'boolean' ? 'boolean' : 'string');
