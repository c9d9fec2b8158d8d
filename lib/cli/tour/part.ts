/** A part of the tour: one market, its strategies, its table. A later capability joins the tour as one more file beside this one. */
import type { MarketData } from '../../feeds/index.js';
import {
  openRun,
  type ReplayEffects,
  type ReplayProgress,
  type ReplayResult,
  type ReplaySpecInput,
  type RunFolder,
  runReplay,
} from '../../replay/index.js';
import { remarkLines, type Summary, summariesOf } from '../summary.js';

/** What a part may use. */
export interface TourEffects {
  readonly replay: Pick<ReplayEffects, 'clock' | 'resultsDir' | 'signal' | 'tasks' | 'resume'>;
  /** Where the account that is replayed now stands, 0..1. */
  readonly progress: (account: string, part: number, at: string) => void;
  /** An account is through. */
  readonly done: () => void;
}

export interface TourPart {
  readonly title: string;
  /** How many accounts it replays. */
  readonly accounts: number;
  run(effects: TourEffects): Promise<PartResult>;
}

export interface PartResult {
  /** In the order of the table. */
  readonly runs: readonly RunFolder[];
  readonly summaries: readonly Summary[];
  /** Sentences that a reader of the table must know. */
  readonly notes: readonly string[];
}

/** Thrown when the tour was interrupted: what was committed is kept. */
export class TourInterrupted extends Error {}

export type Account = ReplaySpecInput['strategies'];

/** Replays on the bars of one market, `data` being what `spec.data` names; each list of strategies has an account of its own. */
export function stage(effects: TourEffects, data: MarketData, spec: Pick<ReplaySpecInput, 'data' | 'symbols' | 'from' | 'to'>) {
  return async (strategies: Account, record: 'full' | 'account'): Promise<ReplayResult> => {
    const account = strategies.map(({ id }) => id).join('+');
    effects.progress(account, 0, spec.from);
    const progress = ({ done, total, at }: ReplayProgress) => effects.progress(account, done / total, at);
    // Nothing is searched for in a market that was made: no trial.
    const result = await runReplay({ ...spec, strategies, record }, { ...effects.replay, data, progress, trial: !data.synthetic });
    if (result.interrupted) throw new TourInterrupted();
    effects.done();
    return result;
  };
}

/** The table of a part, from the files that its runs wrote. */
export function partResult(results: readonly ReplayResult[]): PartResult {
  const runs = results.map(({ folder }) => openRun(folder));
  return { runs, summaries: summariesOf(runs), notes: remarkLines(runs) };
}
