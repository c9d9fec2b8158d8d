/** Which readings stay where there is no room for all. */
import type { Reading } from './reading.js';

/**
 * The newest `most`, in their order. Of the whole market's no more than half while there are others of the company: a day full of
 * market news must not push its own off the desk.
 */
export function newestReadings(readings: readonly Reading[], most: number): Reading[] {
  if (readings.length <= most) return [...readings];
  const own = readings.filter(({ about }) => about === 'company');
  const wide = readings.filter(({ about }) => about === 'market');
  const room = Math.max(Math.floor(most / 2), most - own.length);
  const stay = new Set<Reading>(wide.slice(-room));
  for (const one of own.slice(stay.size - most)) stay.add(one);
  return readings.filter((one) => stay.has(one));
}
