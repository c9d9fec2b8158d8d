/** New thresholds from stored decisions: one for each signal that the run measured often enough. */
import { bestThreshold, type FittedThreshold } from './best-threshold.js';
import { type Judge, judgedCases, type RoutedDecision, type Signal, upWhen } from './judged.js';
import type { RoutingSettings } from './settings.js';

export interface Calibration {
  readonly settings: RoutingSettings;
  readonly fits: Readonly<Partial<Record<Signal, FittedThreshold>>>;
  /** Signals that were not fitted, and the cases that there were. */
  readonly left: Readonly<Partial<Record<Signal, number>>>;
}

const LEAST_CASES = 50;
/** A complexity above every case: never. */
const NEVER = 1.01;
const rounded = (value: number): number => Math.round(1e4 * Math.max(0, Math.min(1, value))) / 1e4;

/**
 * First the signals of the answer, each by itself; then the complexity, on the cases that those would keep: what goes up anyway needs
 * no early start. `version`: the name of the new thresholds, which every decision that they route will carry.
 */
export function calibrate(
  decisions: readonly RoutedDecision[],
  judge: Judge,
  from: RoutingSettings,
  {
    version,
    worth,
    resamples = 400,
    seed = 1,
  }: { readonly version: string; readonly worth: number; readonly resamples?: number; readonly seed?: number },
): Calibration {
  const fits: Partial<Record<Signal, FittedThreshold>> = {};
  const left: Partial<Record<Signal, number>> = {};
  const fitted = (signal: Signal, among: readonly RoutedDecision[]): FittedThreshold | undefined => {
    const cases = judgedCases(among, signal, judge);
    if (cases.length < LEAST_CASES) {
      left[signal] = cases.length;
      return undefined;
    }
    return (fits[signal] = bestThreshold(cases, { upWhen: upWhen(signal), worth, resamples, seed }));
  };
  const margin = fitted('margin', decisions);
  const agreement = fitted('agreement', decisions);
  const after = {
    margin: margin ? (margin.upShare === 0 ? 0 : rounded(margin.threshold)) : from.margin,
    agreement: agreement ? (agreement.upShare === 0 ? 0 : rounded(agreement.threshold)) : from.agreement,
  };
  const complexity = fitted(
    'complexity',
    decisions.filter(({ record }) => (record.margin ?? 1) >= after.margin && (record.agreement ?? 1) >= after.agreement),
  );
  const large = complexity ? (complexity.upShare === 0 ? NEVER : rounded(complexity.threshold)) : from.large;
  // The medium tier is not asked about in the shadow: where hard cases begin at the top, it begins no later than before.
  const settings: RoutingSettings = { ...from, ...after, version, large, medium: Math.min(from.medium, large) };
  return {
    settings: { ...settings, fitted: { worth, seed, resamples, decisions: decisions.length, fits: { ...fits } as never } },
    fits,
    left,
  };
}
