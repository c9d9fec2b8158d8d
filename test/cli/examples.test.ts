/** The examples that help prints, run as they stand: a reader copies them first. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { cli } from './run-cli.js';

/** What shortens a training without changing what its example shows. */
const SHORT_TRAINING = ['--steps', '4096', '--seeds', '1', '--set', 'ppo.stepsPerRollout=256'];

const results = mkdtempSync(join(tmpdir(), 'hindcast-examples-'));
const environment = { HINDCAST_RESULTS: results };
let run = '';
/** The training of train's example, for those after it. */
let training = '';

beforeAll(async () => {
  const { stdout } = await cli(['replay', '--data', 'embedded:us', '--symbols', 'IBM', '--json'], { environment });
  run = (JSON.parse(stdout.trimEnd().split('\n').at(-1)!) as { folder: string }).folder;
}, 60_000);

/** Lines of the example in a command's help. */
async function examplesOf(command: string): Promise<string[][]> {
  const { stdout } = await cli([command, '--help']);
  const lines = stdout.slice(stdout.indexOf('\nExample:\n')).split('\n').slice(2);
  return lines.flatMap((line) => (line.startsWith('  hindcast ') ? [line.trim().split(' ').slice(1)] : []));
}

test.each([
  { command: 'replay', more: [] },
  { command: 'backtest', more: [] },
  { command: 'sweep', more: [] },
  { command: 'train', more: SHORT_TRAINING },
  { command: 'settle', more: [] },
  { command: 'verify', more: [] },
])(
  'hindcast $command',
  async ({ command, more }) => {
    const examples = await examplesOf(command);
    expect(examples.length).toBeGreaterThan(0);
    for (const example of examples) {
      const line = [...example.map((part) => part.replace('results/<run>', run).replace('results/<training>', training)), ...more];
      const { status, stdout, stderr } = await cli(line, { environment });
      if (command === 'train') training = /^ {2}hindcast verify (.+)$/m.exec(stdout)?.[1] ?? '';
      expect({ line: line.join(' '), status, refused: stderr.match(/^hindcast .*: .*$/gm) }).toEqual({
        line: line.join(' '),
        status: 0,
        refused: null,
      });
    }
  },
  120_000,
);
