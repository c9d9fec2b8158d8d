/** One measured act of the data benchmark, in a process of its own: `load <store>`, `import <csv> <store>`, `doors`. Prints JSON. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [act, path = '', store = ''] = process.argv.slice(2);
const root = process.cwd();

async function timed(): Promise<{ ms: number; rows: number }> {
  if (act === 'doors') {
    // All rooms but the command line and the kernel's own.
    const doors = readdirSync(join(root, 'lib'))
      .filter((room) => !['cli', 'notebook'].includes(room) && existsSync(join(root, 'lib', room, 'index.ts')))
      .map((room) => pathToFileURL(join(root, 'lib', room, 'index.ts')).href);
    const start = performance.now();
    for (const door of doors) await import(door);
    return { ms: performance.now() - start, rows: doors.length };
  }
  const { importInto, loadStore } = await import('../../../lib/feeds/index.js');
  const start = performance.now();
  if (act === 'import') {
    const { bars } = await importInto({ folder: store, path, retrievedAt: 0 });
    return { ms: performance.now() - start, rows: bars };
  }
  let rows = 0;
  for (const series of loadStore(path).series.values()) rows += series.length;
  return { ms: performance.now() - start, rows };
}

const measured = await timed();
process.stdout.write(`${JSON.stringify({ ...measured, peakMb: process.resourceUsage().maxRSS / 1024 })}\n`);
