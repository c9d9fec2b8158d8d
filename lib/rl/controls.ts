/**
 * Controls of a learner: a market whose observation gives the future away, and the same with that knowledge shuffled. With the first any
 * learner that works gets rich; one that beats luck with the second has a leak somewhere.
 */
import { randomBelow, randomInit } from '../core/index.js';
import type { EnvMarket } from './env-market.js';

/**
 * The market with its first market feature replaced by the log return that a buy decided there earns when it is sold at the open after its
 * own, at the prices of both fills. Never to be traded on: it looks two bars ahead.
 */
export const plantedMarket = (market: EnvMarket): EnvMarket => withFirstFeature(market, roundTrips(market));

/** As {@link plantedMarket}, with the returns of each instrument dealt out to its bars at random: same numbers, no knowledge. */
export function shuffledMarket(market: EnvMarket, seed: number): EnvMarket {
  const values = roundTrips(market);
  const random = randomInit(seed, 'shuffled');
  for (const { first, last } of market.instruments) {
    for (let t = last; t > first; t--) {
      const other = first + randomBelow(random, t - first + 1);
      const kept = values[t]!;
      values[t] = values[other]!;
      values[other] = kept;
    }
  }
  return withFirstFeature(market, values);
}

function roundTrips({ bars, instruments, buyTicks, sellTicks }: EnvMarket): Float64Array {
  const values = new Float64Array(bars);
  for (const { first, last } of instruments) {
    for (let t = first; t + 2 <= last; t++) values[t] = Math.log(sellTicks[t + 2]! / buyTicks[t + 1]!);
  }
  return values;
}

function withFirstFeature(market: EnvMarket, values: Float64Array): EnvMarket {
  const features = market.features.slice();
  for (let t = 0; t < market.bars; t++) features[t * market.width] = values[t]!;
  return { ...market, features };
}
