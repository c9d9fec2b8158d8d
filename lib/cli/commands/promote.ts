/** `hindcast promote [notebook...]`: pipelines from notebooks; a check that they agree; a receipt that both give the same numbers. */
import type { Command } from 'commander';
import type { ActionOf, Context } from '../action.js';
import { exampleOf } from '../example.js';

interface PromoteFlags {
  readonly check?: boolean;
  readonly receipt?: boolean;
}

export function define(command: Command, action: ActionOf): void {
  command
    .argument('[notebook...]', 'notebooks to promote (default: all that have pipeline cells)')
    .option('--check', 'write nothing; fail when a notebook and its pipeline have parted')
    .option('--receipt', 'run each notebook in Jupyter and its pipeline headless, and keep a receipt that their results agree')
    .addHelpText('after', exampleOf('hindcast promote notebooks/01-time-travel.ipynb --receipt', 'hindcast promote --check'));
  action<PromoteFlags, [string[]]>(command, async (context, { check = false, receipt: wanted = false }, named) => {
    const notebook = await import('../../notebook/index.js');
    const paths = named.length > 0 ? named : notebook.promotableNotebooks().map(({ path }) => path);
    if (check) return checked(context, notebook, paths, named.length === 0);
    const pipelines = paths.map((path) => notebook.promote(path));
    for (const pipeline of pipelines) context.say(`Wrote ${pipeline}`);
    const receipts = [];
    for (const path of wanted ? paths : []) {
      context.say(`Running ${path} in Jupyter and its pipeline headless ...`);
      const made = await notebook.receipt(path, { clock: context.clock });
      context.say(`Receipt: ${Object.keys(made.results).length} declared results agree`);
      receipts.push(made);
    }
    return { json: { command: 'promote', pipelines, receipts } };
  });
}

function checked({ say }: Context, notebook: typeof import('../../notebook/index.js'), paths: readonly string[], all: boolean) {
  if (all) notebook.promoteCheck();
  else for (const path of paths) notebook.promoteCheck({ notebook: path });
  const receipts = paths.map((path) => {
    const state = notebook.verifyReceipt(path);
    const moved = state.state === 'stale' ? state.moved : [];
    say(`${path}: agrees with its pipeline; receipt ${state.state}${moved.length > 0 ? ` (moved: ${moved.join(', ')})` : ''}`);
    return { notebook: path, receipt: state.state, moved };
  });
  return { json: { command: 'promote', agree: true, receipts } };
}
