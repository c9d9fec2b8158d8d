/** What all stocks of a lab market share: the regime of each session, the market factor and the sector factors. */
import { type RandomState, randomBelow, randomFloat, randomNormal } from '../../core/index.js';
import { streamOf, studentT } from './random-streams.js';
import type { LabSettings } from './settings.js';

/** Shocks of one factor by session: what falls before the open, what falls after, and the deviation of both together. */
export interface Factor {
  readonly overnight: Float64Array;
  readonly intraday: Float64Array;
  readonly deviation: Float64Array;
}

export interface Climate {
  /** Index into `settings.regimes`. */
  readonly regime: Uint8Array;
  /** Sessions since the regime began, 0 on its first. */
  readonly age: Uint16Array;
  /** Mean log return of the market factor, momentum included. */
  readonly drift: Float64Array;
  readonly market: Factor;
  readonly sectors: readonly Factor[];
}

const VARIANCE_CAP = 12;

/** GARCH(1,1) of mean 1: the next variance from this one and this session's shock of variance 1. */
export function nextVariance(variance: number, shock: number, { clustering: { shock: a, memory: b } }: LabSettings): number {
  return Math.min(VARIANCE_CAP, 1 - a - b + variance * (a * shock * shock + b));
}

/** The part of a shock that falls before the open: a Brownian bridge at the overnight share of the session's variance. */
export function overnightPart(shock: number, deviation: number, share: number, state: RandomState): number {
  return share * shock + Math.sqrt(share * (1 - share)) * deviation * randomNormal(state);
}

function regimesOf(settings: LabSettings, state: RandomState): { regime: Uint8Array; age: Uint16Array } {
  const { regimes, sessions } = settings;
  const regime = new Uint8Array(sessions);
  const age = new Uint16Array(sessions);
  let now = randomBelow(state, regimes.length);
  for (let t = 0; t < sessions; t++) {
    const leaves = t > 0 && regimes.length > 1 && randomFloat(state) < 1 / regimes[now]!.meanSessions;
    if (leaves) now = (now + 1 + randomBelow(state, regimes.length - 1)) % regimes.length;
    regime[t] = now;
    age[t] = t === 0 || leaves ? 0 : age[t - 1]! + 1;
  }
  return { regime, age };
}

function factorOf(settings: LabSettings, state: RandomState, longRun: (session: number) => number): Factor {
  const { sessions, overnightShare, tailDegrees } = settings;
  const factor: Factor = {
    overnight: new Float64Array(sessions),
    intraday: new Float64Array(sessions),
    deviation: new Float64Array(sessions),
  };
  let variance = 1;
  for (let t = 0; t < sessions; t++) {
    const deviation = longRun(t) * Math.sqrt(variance);
    const unit = studentT(state, tailDegrees);
    const shock = deviation * unit;
    const overnight = overnightPart(shock, deviation, overnightShare, state);
    factor.overnight[t] = overnight;
    factor.intraday[t] = shock - overnight;
    factor.deviation[t] = deviation;
    variance = nextVariance(variance, unit, settings);
  }
  return factor;
}

/** Session by session from streams of its own: a longer climate begins with the shorter one. */
export function climateOf(settings: LabSettings, seed: number): Climate {
  const { regimes, sessions } = settings;
  const { regime, age } = regimesOf(settings, streamOf(seed, 'regimes'));
  const market = factorOf(settings, streamOf(seed, 'market'), (t) => regimes[regime[t]!]!.marketDeviation);
  const drift = new Float64Array(sessions);
  for (let t = 0; t < sessions; t++) {
    const { drift: mean, momentum } = regimes[regime[t]!]!;
    drift[t] = mean + (t === 0 ? 0 : momentum * (market.overnight[t - 1]! + market.intraday[t - 1]!));
  }
  const sectors = Array.from({ length: settings.sectors }, (_, i) =>
    factorOf(settings, streamOf(seed, `sector:${i}`), (t) => regimes[regime[t]!]!.sectorDeviation),
  );
  return { regime, age, drift, market, sectors };
}
