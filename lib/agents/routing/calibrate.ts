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

const SIGNALS: readonly Signal[] = ['margin', 'agreement', 'complexity'];
const LEAST_CASES = 50;
const clamp = (value: number): number => Math.round(1e4 * Math.max(0, Math.min(1, value))) / 1e4;

/** `version`: the name of the new thresholds, which every decision that they route will carry. */
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
  for (const signal of SIGNALS) {
    const cases = judgedCases(decisions, signal, judge);
    if (cases.length < LEAST_CASES) left[signal] = cases.length;
    else fits[signal] = bestThreshold(cases, { upWhen: upWhen(signal), worth, resamples, seed });
  }
  const settings: RoutingSettings = {
    ...from,
    version,
    ...(fits.margin && { margin: clamp(fits.margin.threshold) }),
    ...(fits.agreement && { agreement: clamp(fits.agreement.threshold) }),
    // The medium tier is not asked about in the shadow: cases that are hard enough begin at the top.
    ...(fits.complexity && { large: clamp(fits.complexity.threshold), medium: Math.min(from.medium, clamp(fits.complexity.threshold)) }),
    fitted: { worth, seed, resamples, decisions: decisions.length, fits: fits as never },
  };
  return { settings, fits, left };
}
