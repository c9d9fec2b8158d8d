/** A process on a shared cache: asks for `keys` questions `rounds` times, writes one line to a log for each load it does. */
import { appendFileSync } from 'node:fs';
import { systemClock } from '../../../lib/core/index.js';
import { openCache } from '../../../lib/feeds/cache/open-cache.js';

const [folder, log, keys, rounds, loadMs] = process.argv.slice(2) as [string, string, string, string, string];
const cache = openCache({ folder, clock: systemClock(), warn: (message) => process.stderr.write(`${message}\n`) });
for (let round = 0; round < Number(rounds); round++) {
  for (let i = 0; i < Number(keys); i++) {
    const { value } = await cache.get({ source: 'child', kind: 'calendar', query: i, adjustment: 'none' }, async () => {
      appendFileSync(log, `${i}\n`);
      await new Promise((resolve) => setTimeout(resolve, Number(loadMs)));
      return `${i}`.repeat(5_000);
    });
    if (value !== `${i}`.repeat(5_000)) throw new Error(`wrong answer to ${i}`);
  }
}
cache.close();
