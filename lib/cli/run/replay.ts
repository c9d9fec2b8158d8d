/** What `hindcast replay` does: one recorded run, its table, where it lies, what to try next. */
import { openRun, runReplay } from '../../replay/index.js';
import type { Context, Done } from '../action.js';
import { readSpecFile } from '../spec-file.js';
import type { SpecFlags } from '../spec-flags.js';
import { specsFrom } from '../specs-from.js';
import { remarkLines, summariesOf, summaryLines, TABLE_LEGEND } from '../summary.js';

export interface ReplayFlags extends SpecFlags {
  readonly strategy?: string;
  readonly spec?: string;
}

export async function replay(context: Context, flags: ReplayFlags): Promise<Done> {
  const { settings, clock, say, progress, signal } = context;
  const file = flags.spec === undefined ? {} : readSpecFile(flags.spec);
  const { data, specs, understood } = specsFrom(flags, flags.strategy === undefined ? [] : [flags.strategy], file);
  for (const line of understood) say(line);
  const effects = { clock, resultsDir: settings.values.resultsDir, data, signal, progress: progress.report };
  const { folder, row, interrupted } = await runReplay({ ...specs[0]!, record: 'full' }, effects);
  progress.close();
  if (interrupted) {
    say(`Interrupted after ${row.counts.sessions} sessions; they are kept in ${folder}. Run the same command again to go on.`);
    return { json: { command: 'replay', interrupted, folder, run: row.run }, exitCode: 130 };
  }
  const runs = [openRun(folder)];
  const summaries = summariesOf(runs);
  for (const line of [...summaryLines(summaries), TABLE_LEGEND, ...remarkLines(runs)]) say(line);
  const { decisions, fills, rejections, outcomes } = row.counts;
  say();
  say(`${decisions} decisions, ${fills} fills, ${rejections} rejections, ${outcomes} outcomes in ${folder}`);
  say('Try next:');
  for (const next of ['report', 'verify', 'pack']) say(`  hindcast ${next} ${folder}`);
  return { json: { command: 'replay', interrupted, folder, run: row.run, counts: row.counts, notes: row.notes, summary: summaries[0] } };
}
