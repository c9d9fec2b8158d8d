/** One reading of an item from the readings of its pieces. */
import { directionOf, directionValue } from './ladder.js';
import { type Reading, reliabilities } from './reading.js';

const rankOf = ({ reliability }: Reading): number => reliabilities.indexOf(reliability) + 1;

/**
 * The rule. Pieces that read `flat` have no say in the direction. Of the others: the mean direction, each weighed by its reliability
 * (low 1, medium 2, high 3), halves toward flat; the topic of most weight, the earlier one of two; the lower median of their
 * reliabilities, a step less where some say up and some down. Figures are those of the first piece that has one. One piece among many
 * can so move the item no further than its weight.
 */
export function mergeReadings(pieces: readonly [Reading, ...Reading[]]): Reading {
  const [first] = pieces;
  if (pieces.length === 1) return first;
  const figured = pieces.find(({ actual }) => actual !== null);
  const figures = { actual: figured?.actual ?? null, expected: figured?.expected ?? null };
  const voters = pieces.filter(({ direction }) => direction !== 'flat');
  if (voters.length === 0) {
    const told = pieces.find(({ topic }) => topic !== 'other') ?? first;
    return { ...told, ...figures };
  }
  const weight = voters.reduce((sum, one) => sum + rankOf(one), 0);
  const mean = voters.reduce((sum, one) => sum + rankOf(one) * directionValue(one.direction), 0) / weight;
  const topics = new Map<Reading['topic'], number>();
  for (const one of voters) topics.set(one.topic, (topics.get(one.topic) ?? 0) + rankOf(one));
  const [topic] = [...topics].reduce((best, one) => (one[1] > best[1] ? one : best));
  const ranks = voters.map(rankOf).sort((a, b) => a - b);
  const split = voters.some((one) => directionValue(one.direction) > 0) && voters.some((one) => directionValue(one.direction) < 0);
  const rank = Math.max(1, ranks[Math.floor((ranks.length - 1) / 2)]! - (split ? 1 : 0));
  const direction = directionOf(Math.sign(mean) * Math.ceil(Math.abs(mean) - 0.5));
  return { ...first, ...figures, topic, direction, reliability: reliabilities[rank - 1]! };
}
