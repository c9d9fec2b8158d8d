/** Load, import and start-up speed of the data room, each round in a fresh process. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectRoot } from '../../../lib/core/index.js';
import { importInto } from '../../../lib/feeds/index.js';
import { writeBigCsv } from './big-csv.js';

interface Measured {
  readonly ms: number;
  readonly rows: number;
  readonly peakMb: number;
}

const SESSIONS = 2430;
/** About 400 MB of text. */
const IMPORT_SYMBOLS = 2600;

function child(...args: string[]): Measured {
  const root = projectRoot();
  const run = spawnSync(
    process.execPath,
    ['--import', join(root, 'lib/boot.mjs'), join(root, 'test/bench/support/data-child.ts'), ...args],
    {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  if (run.status !== 0)
    throw new Error(`child: expected ${args.join(' ')} to end well, got exit code ${run.status}. Run it alone to see why.`);
  return JSON.parse(run.stdout.trim().split('\n').pop()!) as Measured;
}

/** Figures of `rounds` rounds each; the import has at most three. */
export async function storeSpeed(rounds: number) {
  const folder = mkdtempSync(join(tmpdir(), 'hindcast-bench-data-'));
  try {
    const small = join(folder, 'small.csv');
    await writeBigCsv(small, 100, SESSIONS);
    const store = join(folder, 'store');
    await importInto({ folder: store, path: small, retrievedAt: 0, streamFrom: 0 });
    const repeat = (count: number, act: (round: number) => Measured): Measured[] => Array.from({ length: count }, (_, round) => act(round));
    const load = repeat(rounds, () => child('load', store));
    const doors = repeat(rounds, () => child('doors'));
    const big = join(folder, 'big.csv');
    await writeBigCsv(big, IMPORT_SYMBOLS, SESSIONS);
    const megabytes = statSync(big).size / 1e6;
    // All are kept to the end: for some seconds after thousands of files are deleted, ext4 makes new ones slowly.
    const imports = repeat(Math.min(3, rounds), (round) => child('import', big, join(folder, `import-${round}`)));
    return {
      loadS: load.map(({ ms }) => ms / 1000),
      doorsMs: doors.map(({ ms }) => ms),
      importMbPerS: imports.map(({ ms }) => megabytes / (ms / 1000)),
      importPeakMb: imports.map(({ peakMb }) => peakMb),
      rows: { load: load[0]!.rows, import: imports[0]!.rows },
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
