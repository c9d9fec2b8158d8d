/** `hindcast replay`: Time Travel. One account through history, every decision recorded, outcomes settled. */
import type { Command } from 'commander';
import type { ActionOf } from '../action.js';
import { exampleOf } from '../example.js';
import { type SpecFlags, specOptions } from '../spec-flags.js';

interface ReplayFlags extends SpecFlags {
  readonly strategy?: string;
  readonly spec?: string;
}

export function define(command: Command, action: ActionOf): void {
  specOptions(command);
  command
    .option('--strategy <id>', 'what decides; a+b puts several in one account (default: rule:v1)')
    .option('--spec <file>', 'a replay spec as JSON; flags win over its keys')
    .addHelpText(
      'after',
      exampleOf(
        'hindcast replay',
        'hindcast replay --data embedded:us --symbols AAPL,IBM --strategy sma-cross+exits --set sma-cross.fast=10 --json',
      ),
    );
  action<ReplayFlags>(command, async (context, flags) => {
    const { settings, clock, say, progress, signal } = context;
    const [{ specsFrom }, { openRun, runReplay }, { remarkLines, summariesOf, summaryLines }, { readSpecFile }] = await Promise.all([
      import('../specs-from.js'),
      import('../../replay/index.js'),
      import('../summary.js'),
      import('../spec-file.js'),
    ]);
    const base = flags.spec === undefined ? {} : readSpecFile(flags.spec);
    const { data, specs } = specsFrom(flags, flags.strategy === undefined ? [] : [flags.strategy], base);
    const effects = { clock, resultsDir: settings.values.resultsDir, data, signal, progress: progress.report };
    const result = await runReplay({ ...specs[0]!, record: 'full' }, effects);
    progress.close();
    const { folder, row, interrupted } = result;
    if (interrupted) {
      say(`Interrupted after ${row.counts.sessions} sessions; they are kept in ${folder}. Run the same command again to go on.`);
      return { json: { command: 'replay', interrupted, folder, run: row.run }, exitCode: 130 };
    }
    const runs = [openRun(folder)];
    const summaries = summariesOf(runs);
    for (const line of [...summaryLines(summaries), ...remarkLines(runs)]) say(line);
    say();
    say(
      `${row.counts.decisions} decisions, ${row.counts.fills} fills, ${row.counts.rejections} rejections, ${row.counts.outcomes} outcomes in ${folder}`,
    );
    say('Try next:');
    for (const next of ['report', 'verify', 'pack']) say(`  hindcast ${next} ${folder}`);
    return { json: { command: 'replay', interrupted, folder, run: row.run, counts: row.counts, notes: row.notes, summary: summaries[0] } };
  });
}
