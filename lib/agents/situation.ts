/** The day's information in words of a small stock, so that like days read alike; memory files decisions under it. */
import { directionOf, directions, directionValue } from './ladder.js';
import type { MarketFacts } from './market-facts.js';
import { type Reading, topics } from './reading.js';

const parts = ['trend', 'momentum', 'calm', 'wild', 'news', 'market', 'none'] as const;
const vocabulary = new Set<string>([...parts, ...directions, ...topics]);

/** `trend up, momentum flat, calm | news up earnings | market down policy`. */
export function situationOf(facts: MarketFacts, readings: readonly Reading[]): string {
  const trend = directionOf(30 * (facts.toSma60 ?? 0));
  const momentum = directionOf(15 * (facts.return20 ?? 0));
  const calm = (facts.volatility20 ?? 0) > 0.035 ? 'wild' : 'calm';
  return `trend ${trend}, momentum ${momentum}, ${calm} | news ${heard(readings, 'company')} | market ${heard(readings, 'market')}`;
}

function heard(readings: readonly Reading[], about: Reading['about']): string {
  const of = readings.filter((reading) => reading.about === about);
  if (of.length === 0) return 'none';
  const mean = of.reduce((sum, { direction }) => sum + directionValue(direction), 0) / of.length;
  return `${directionOf(mean)} ${[...new Set(of.map(({ topic }) => topic))].sort().join(' ')}`;
}

/** The text itself when every word of it is of the stock; null for any other. */
export function parseSituation(text: string): string | null {
  const words = text.split(/[ ,|]+/).filter((word) => word !== '');
  const known = words.length > 0 && words.length <= 40 && words.every((word) => vocabulary.has(word));
  return known && /^[a-z_ ,|]+$/.test(text) ? text : null;
}
