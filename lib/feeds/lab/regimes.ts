/** The regimes of a lab market by default: five climates that come back, each with its own look in prices and words. */

/** A recurring climate of the whole market. */
export interface LabRegime {
  readonly name: string;
  /** Words of the market news that tell of it. */
  readonly theme: LabTheme;
  /** Expected stay; the next regime is any other with equal chance. */
  readonly meanSessions: number;
  /** Mean log return of the market factor a session. */
  readonly drift: number;
  /** Long-run deviation of the market factor a session. */
  readonly marketDeviation: number;
  /** Long-run deviation of each sector factor a session. */
  readonly sectorDeviation: number;
  /** Multiplies each stock's own deviation. */
  readonly ownDeviation: number;
  /** Part of the market's last surprise that comes back in the next session: above 0 trends, below 0 reversals. */
  readonly momentum: number;
  /** Multiplies turnover. */
  readonly volume: number;
  /** Multiplies the effect of company news, -1..1: below 0, good news is sold. */
  readonly newsResponse: number;
}

export type LabTheme = 'easing' | 'tightening' | 'quiet' | 'turmoil' | 'speculation' | 'reform';

/** Deviations near those of CSI 300 in calm, falling and crashing years (2017, 2018, 2015): about 0.7, 1.3 and 2.5 % a session. */
export const LAB_REGIMES: readonly LabRegime[] = [
  {
    name: 'rally',
    theme: 'easing',
    meanSessions: 70,
    drift: 0.0014,
    marketDeviation: 0.013,
    sectorDeviation: 0.007,
    ownDeviation: 1,
    momentum: 0.05,
    volume: 1.25,
    newsResponse: 1,
  },
  {
    name: 'decline',
    theme: 'tightening',
    meanSessions: 70,
    drift: -0.0013,
    marketDeviation: 0.0145,
    sectorDeviation: 0.006,
    ownDeviation: 0.95,
    momentum: 0.03,
    volume: 0.85,
    newsResponse: 1,
  },
  {
    name: 'range',
    theme: 'quiet',
    meanSessions: 90,
    drift: 0.0001,
    marketDeviation: 0.0085,
    sectorDeviation: 0.006,
    ownDeviation: 0.8,
    momentum: -0.12,
    volume: 0.7,
    newsResponse: 1,
  },
  {
    name: 'mania',
    theme: 'speculation',
    meanSessions: 35,
    drift: 0.0025,
    marketDeviation: 0.018,
    sectorDeviation: 0.012,
    ownDeviation: 1.35,
    momentum: 0.1,
    volume: 2.2,
    newsResponse: 1,
  },
  {
    name: 'panic',
    theme: 'turmoil',
    meanSessions: 20,
    drift: -0.004,
    marketDeviation: 0.03,
    sectorDeviation: 0.006,
    ownDeviation: 1.15,
    momentum: 0.05,
    volume: 1.5,
    newsResponse: 1,
  },
];
