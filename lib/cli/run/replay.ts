/** What `hindcast replay` does: the promoted Time Travel pipeline on one recorded run, its table, where it lies, what to try next. */
import { join } from 'node:path';
import { type JsonValue, runPipeline } from '../../notebook/index.js';
import { openRun, prepareReplay, type ReplaySpec, runStatus } from '../../replay/index.js';
import type { Context, Done } from '../action.js';
import { lentModels } from '../lent-models.js';
import { replayEffects } from '../replay-effects.js';
import { readSpecFile } from '../spec-file.js';
import type { SpecFlags } from '../spec-flags.js';
import { specsFrom } from '../specs-from.js';
import { subjectLines } from '../subject-line.js';
import { remarkLines, summariesOf, summaryLines, TABLE_LEGEND } from '../summary.js';

export interface ReplayFlags extends SpecFlags {
  readonly strategy?: string;
  readonly spec?: string;
}

export async function replay(context: Context, flags: ReplayFlags): Promise<Done> {
  const { settings, say, progress, signal } = context;
  const file = flags.spec === undefined ? {} : readSpecFile(flags.spec);
  const { data, specs, understood } = await specsFrom(context, flags, flags.strategy === undefined ? [] : [flags.strategy], file);
  const { resultsDir } = settings.values;
  const spec: ReplaySpec = { ...specs[0]!, record: 'full' };
  const lent = await lentModels(context, spec, data);
  const { run } = prepareReplay(spec, { data, ...lent.effects });
  // What is refused prints nothing here, so not before the run is prepared.
  for (const line of [...understood, ...subjectLines(data, spec, { ...file, ...flags })]) say(line);
  const folder = join(resultsDir, run);
  let names: string[];
  try {
    const declared = await runPipeline('time-travel', parametersOf(spec), {
      ...replayEffects(context),
      ...lent.effects,
      data,
      progress: progress.report,
    });
    names = declared['runs'] as string[];
  } catch (error) {
    // The pipeline measures finished runs only: one that was ended by Ctrl-C or cancelled as a task stops it.
    if (!signal.aborted && runStatus(folder) !== 'running') throw error;
    progress.close();
    say(`Interrupted; what was done is kept in ${folder}. Run the same command again to go on.`);
    return { json: { command: 'replay', interrupted: true, folder, run }, exitCode: 130 };
  } finally {
    await lent.close();
  }
  progress.close();
  const runs = names.map((name) => openRun(join(resultsDir, name)));
  const shown = runs[0]!.row.label === runs[1]?.row.label ? runs.slice(0, 1) : runs;
  const summaries = summariesOf(shown);
  for (const line of [...summaryLines(summaries), TABLE_LEGEND, ...remarkLines(shown)]) say(line);
  const { counts, notes } = runs[0]!.row;
  say();
  say(`${counts.decisions} decisions, ${counts.fills} fills, ${counts.rejections} rejections, ${counts.outcomes} outcomes in ${folder}`);
  say('Try next:');
  say(`  hindcast report ${names.map((name) => join(resultsDir, name)).join(' ')}`);
  for (const next of ['verify', 'pack']) say(`  hindcast ${next} ${folder}`);
  return { json: { command: 'replay', interrupted: false, folder, run, counts, notes, summary: summaries[0] } };
}

/** A spec as the pipeline's parameters: what the notebook names, and the rest as its options. */
function parametersOf({ symbols, from, to, strategies, initialCash, seed, ...options }: ReplaySpec): Record<string, JsonValue> {
  return { symbols, from, to, strategies, initialCash, seed, options: JSON.parse(JSON.stringify(options)) as JsonValue };
}
