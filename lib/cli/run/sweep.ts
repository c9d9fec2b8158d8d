/** What `hindcast sweep` does: the search, the table of the best, what stands beside the best one, where it lies. */
import { join } from 'node:path';
import { InputError } from '../../core/index.js';
import { bestOf, isExact, runSearch, type SearchInput, SweepError, type SweepKernel } from '../../sweep/index.js';
import type { Context, Done } from '../action.js';
import { dataOf } from '../fetched-data.js';
import { replayEffects } from '../replay-effects.js';
import { type SpecFlags, specPart } from '../spec-flags.js';
import { subjectLines } from '../subject-line.js';
import { styled } from '../table.js';
import { openSource, universeOf } from '../universe.js';
import { besideLines, bestLines, foldLines, speedLine } from './sweep-lines.js';
import { sweepSpace } from './sweep-space.js';
import { type SplitFlags, sweepSplits } from './sweep-splits.js';

export interface SweepFlags extends SpecFlags, SplitFlags {
  readonly strategy?: string[];
  readonly grid?: [path: string, values: string][];
  readonly random?: number;
  readonly accounts: 'shared' | 'each';
  readonly by: 'sharpe' | 'return' | 'calmar';
  readonly workers?: number;
  readonly kernel?: SweepKernel;
  readonly top: number;
  readonly report?: boolean;
}

export async function sweep(context: Context, flags: SweepFlags): Promise<Done> {
  const { say, progress, clock } = context;
  const { accounts, by, random, workers, kernel, top } = flags;
  const space = { strategies: sweepSpace(flags.strategy ?? [], flags.grid ?? [], flags.set), ...(random !== undefined && { random }) };
  const splits = sweepSplits(flags);
  if (workers === 0) throw new InputError('sweep: expected 1 thread or more, got 0. Leave --workers out for all processors.');
  if (top === 0) throw new InputError('sweep: expected 1 row or more, got 0. Leave --top out for 10.');
  const source = await dataOf(context, flags);
  const { data, understood } = openSource(source, flags.onBadRow, flags.symbols);
  const input: SearchInput = {
    spec: { ...specPart(flags), ...universeOf(data, flags), data: source },
    space,
    accounts,
    by,
    ...(splits && { splits }),
  };
  const result = await runSearch(input, { ...replayEffects(context), data, progress: progress.report, workers, kernel });
  progress.close();
  for (const line of [...understood, ...subjectLines(data, result.plan.spec, flags)]) say(line);
  const { file, folder, interrupted, space: searched, rows } = result;
  const { all, done, dropped } = file.configurations;
  for (const [reason, number] of Object.entries(dropped)) say(`${number.toLocaleString('en-US')} combinations left out (${reason}).`);
  if (file.configurations.asked !== null)
    say(
      `${all.toLocaleString('en-US')} of the ${file.configurations.asked.toLocaleString('en-US')} combinations asked for: no more were found in these ranges.`,
    );
  if (done > 0) for (const line of bestLines(result, top)) say(line);
  const shown = bestOf(rows, by, top).map((index) => ({ index, ...searched.at(index), ...rows.figures(index) }));
  const json = {
    command: 'sweep',
    interrupted,
    folder,
    sweep: file.sweep,
    kernel: file.kernel,
    configurations: file.configurations,
    evaluated: result.evaluated,
  };
  if (interrupted) {
    say(
      `Interrupted after ${done.toLocaleString('en-US')} of ${all.toLocaleString('en-US')}; they are kept in ${folder}. Run the same command again to go on.`,
    );
    return { json: { ...json, top: shown }, exitCode: 130 };
  }
  say();
  for (const line of besideLines(file)) say(line);
  if (file.walkForward !== null) {
    say();
    for (const line of foldLines(file)) say(line);
  }
  for (const note of [...file.marks, ...file.notes]) say(styled('dim', `  ${note}`));
  say();
  say(`${speedLine(result)} ${folder}`);
  let report: string | undefined;
  if (flags.report) {
    const { writeSweepReport } = await import('../../report/index.js');
    report = writeSweepReport({ ...result, out: join(folder, 'report.html'), clock }).file;
    say(`Report: ${report}`);
  }
  const runs = file.honest!.runs.map((run) => join(context.settings.values.resultsDir, run));
  say('Try next:');
  say(`  hindcast report ${flags.report ? runs[0] : folder}`);
  say(`  hindcast verify ${runs[0]}`);
  if (!isExact(file.honest!)) {
    throw new SweepError(
      `sweep: expected the loop to give what the ${file.kernel} kernel gave, got a difference (${JSON.stringify(file.honest)}). Report it; --kernel loop is right in any case.`,
    );
  }
  const walkForward = file.walkForward && { ...file.walkForward, equity: undefined };
  const { best, significance, stability, honest } = file;
  return { json: { ...json, best, significance, stability, walkForward, honest, top: shown, ...(report && { report }) } };
}
