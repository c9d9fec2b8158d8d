/** What an observation schema is: a market part from bars and an account part, in one fixed order. */
import type { Units } from '../core/index.js';
import type { ObservedBar } from '../features/index.js';
import type { AccountReading } from './account-reading.js';

export interface RlFeature {
  readonly name: string;
  readonly unit: string;
}

/** A bar with the trading date that it belongs to: several bars may share one. */
export interface DatedBar extends ObservedBar {
  readonly day: number;
}

/**
 * An observation is the market part and then the account part, each value clipped to +-`rawClip`, then rounded to float32. The state of
 * the market part is plain JSON and takes one bar at a time, so that a live decision and a training matrix are the same arithmetic.
 */
export interface RlSchema<S = unknown> {
  readonly id: string;
  readonly description: string;
  /** null: none. */
  readonly rawClip: number | null;
  readonly market: {
    readonly features: readonly RlFeature[];
    /** Bars before the first observation; 0 where substitutes stand in during warm-up. */
    readonly warmUp: number;
    init(units: Units): S;
    /** Takes the next bar in, in place. Throws FeatureError on prices that are not positive and finite. */
    update(state: S, bar: DatedBar): void;
    /** Features of the newest bar into out[0 ..]; not meaningful before `warmUp` bars have passed. */
    write(state: S, out: Float64Array): void;
  };
  readonly account: {
    readonly features: readonly RlFeature[];
    write(account: AccountReading, out: Float64Array): void;
  };
}
