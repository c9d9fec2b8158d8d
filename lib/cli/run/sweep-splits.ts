/** `--walk-forward`, `--out-of-sample` and what goes with them: how a search is split. */
import { InputError } from '../../core/index.js';
import { SPLIT_DEFAULTS, type SplitsInput } from '../../stats/index.js';

export interface SplitFlags {
  readonly walkForward?: number;
  readonly rolling?: boolean;
  readonly outOfSample?: number;
  readonly trainShare?: number;
  readonly purge?: number;
  readonly embargo?: number;
}

/** Undefined without a split. Throws InputError on flags that don't go together. */
export function sweepSplits({ walkForward, rolling, outOfSample, trainShare, purge, embargo }: SplitFlags): SplitsInput | undefined {
  const given = { ...(purge !== undefined && { purge }), ...(embargo !== undefined && { embargo }) };
  if (walkForward !== undefined && outOfSample !== undefined) {
    throw new InputError('sweepSplits: expected --walk-forward or --out-of-sample, got both. One split is --out-of-sample.');
  }
  if (outOfSample !== undefined) {
    if (rolling || trainShare !== undefined) {
      throw new InputError(
        `sweepSplits: expected ${rolling ? '--rolling' : '--train-share'} with --walk-forward, got it with --out-of-sample. Leave it out.`,
      );
    }
    if (!(outOfSample > 0 && outOfSample < 1)) {
      throw new InputError(
        `sweepSplits: expected a share between 0 and 1 for --out-of-sample, got ${outOfSample}. Write 0.3 for the last 30 %.`,
      );
    }
    return { ...SPLIT_DEFAULTS, folds: 1, trainShare: 1 - outOfSample, ...given };
  }
  if (walkForward !== undefined) {
    return {
      ...SPLIT_DEFAULTS,
      folds: walkForward,
      mode: rolling ? 'rolling' : 'anchored',
      ...(trainShare !== undefined && { trainShare }),
      ...given,
    };
  }
  const stray = Object.entries({ rolling, 'train-share': trainShare, purge, embargo }).find(([, value]) => value !== undefined)?.[0];
  if (stray !== undefined)
    throw new InputError(`sweepSplits: expected --${stray} with --walk-forward, got it alone. Add --walk-forward 5.`);
  return undefined;
}
