/** `hindcast pack <run>`: one archive with which a colleague can verify a run or a training. */
import type { Command } from 'commander';
import type { ActionOf } from '../action.js';
import { exampleOf } from '../example.js';

interface PackFlags {
  readonly out?: string;
}

export function define(command: Command, action: ActionOf): void {
  command
    .argument('<run>', 'folder of a run or a training')
    .option('--out <file>', 'where the archive goes (default: beside the run)')
    .addHelpText('after', exampleOf('hindcast pack results/<run> --out run.zip'));
  action<PackFlags, [string]>(command, async ({ say }, { out }, run) => {
    const [{ packRun }, { resolve }] = await Promise.all([import('../../report/index.js'), import('node:path')]);
    const { path, bytes, entries } = packRun(resolve(run), out === undefined ? undefined : resolve(out));
    say(`Packed ${entries.length} files, ${(bytes / 1e6).toFixed(1)} MB: ${path}`);
    say(`A colleague verifies it with: hindcast verify ${path}`);
    return { json: { command: 'pack', path, bytes, entries } };
  });
}
