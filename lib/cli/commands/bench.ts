/** `hindcast bench <area>`: runs test/bench/<area>.ts of the project and prints what it measured. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Command } from 'commander';
import type { ActionOf } from '../action.js';
import { exampleOf } from '../example.js';

interface BenchFlags {
  readonly peers?: boolean;
}

interface Spread {
  readonly min: number;
  readonly median: number;
  readonly n: number;
  readonly unit?: string;
}

/** The last line that a bench gives (DESIGN section 10). */
interface BenchResult {
  readonly bench: string;
  readonly metrics: Readonly<Record<string, Spread>>;
  readonly ratios: Readonly<Record<string, Spread>>;
  readonly checks: Readonly<Record<string, unknown>>;
}

interface BenchFile {
  bench(options: { peers: boolean; say: (text: string) => void; signal: AbortSignal }): Promise<BenchResult>;
}

/** All areas; those with a file under test/bench can be measured. */
const AREAS = ['backtest', 'rl', 'memory', 'replay', 'distill', 'data', 'desk', 'workbench'];

export function define(command: Command, action: ActionOf): void {
  command
    .argument('<area>', 'what to measure, such as backtest')
    .option('--peers', 'measure the peers too, interleaved in one run')
    .addHelpText('after', exampleOf('hindcast bench backtest --json'));
  action<BenchFlags, [string]>(command, async ({ say, signal }, { peers = false }, area) => {
    const { bench } = await benchFile(area);
    const result = await bench({ peers, say, signal });
    const { tableLines } = await import('../table.js');
    const rows = Object.entries({ ...result.metrics, ...result.ratios });
    const spread = (key: 'min' | 'median') => ({
      head: key,
      align: 'right' as const,
      cell: ([, value]: (typeof rows)[number]) => value[key].toLocaleString('en-US', { maximumSignificantDigits: 5 }),
    });
    const columns = [
      { head: 'measure', cell: ([name]: (typeof rows)[number]) => name },
      spread('median'),
      spread('min'),
      { head: 'runs', align: 'right' as const, cell: ([, value]: (typeof rows)[number]) => String(value.n) },
      { head: 'unit', cell: ([, value]: (typeof rows)[number]) => value.unit ?? 'ours / peer' },
    ];
    for (const line of tableLines(columns, rows)) say(line);
    say();
    for (const [name, value] of Object.entries(result.checks)) say(`check ${name}: ${JSON.stringify(value)}`);
    return { json: result };
  });
}

async function benchFile(area: string): Promise<BenchFile> {
  const [{ InputError, projectRoot }, { nearest }] = await Promise.all([import('../../core/index.js'), import('../../config/index.js')]);
  const folder = join(projectRoot(), 'test', 'bench');
  const areas = AREAS.filter((name) => existsSync(join(folder, `${name}.ts`)));
  if (!areas.includes(area)) {
    const like = nearest(area, areas);
    throw new InputError(
      `bench: expected one of ${areas.join(', ') || '(none here)'}, got ${area}. ${like ? `Did you mean ${like}?` : 'Name one.'}`,
    );
  }
  return (await import(pathToFileURL(join(folder, `${area}.ts`)).href)) as BenchFile;
}
