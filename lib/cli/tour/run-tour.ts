/** The tour from its first replay to its report. Everything it shows comes from its runs. */
import { join, relative } from 'node:path';
import { monotonicMs } from '../../core/index.js';
import type { RunFolder } from '../../replay/index.js';
import { writeReport } from '../../report/index.js';
import type { Context, Done } from '../action.js';
import { replayEffects } from '../replay-effects.js';
import { summaryLines, TABLE_LEGEND } from '../summary.js';
import { styled } from '../table.js';
import { auditLine } from './audit-line.js';
import { type PartResult, type TourEffects, TourInterrupted } from './part.js';
import { tourParts } from './parts.js';

export async function runTour(context: Context): Promise<Done> {
  const { settings, clock, say, progress } = context;
  const startedMs = monotonicMs();
  const effects = tourEffects(context);
  const parts: (PartResult & { title: string })[] = [];
  try {
    say('Replaying daily bars day by day: decide on what was known, fill at the next open under the rules of that date.');
    for (const { title, run } of tourParts) {
      say();
      say(styled('bold', title));
      const result = await run(effects);
      progress.close();
      for (const line of summaryLines(result.summaries)) say(line);
      for (const note of result.notes) say(styled('dim', `  ${note}`));
      parts.push({ title, ...result });
    }
  } catch (error) {
    if (!(error instanceof TourInterrupted)) throw error;
    say('Interrupted. Run hindcast tour again to go on where it stopped.');
    return { json: { command: 'tour', interrupted: true }, exitCode: 130 };
  }
  say();
  say(styled('dim', TABLE_LEGEND));
  // The report is about the run that recorded its decisions, beside the others of its market.
  const isFull = ({ spec }: RunFolder) => spec.record === 'full';
  const market = parts.find(({ runs }) => runs.some(isFull))!.runs;
  const full = market.find(isFull)!;
  const report = join(settings.values.resultsDir, 'tour', 'report.html');
  writeReport({ runs: [full, ...market.filter((run) => run !== full)], out: report, clock });
  const audit = auditLine(full.folder);
  const { label, counts } = full.row;
  const shown = (path: string) => relative(process.cwd(), path) || path;
  say();
  say(`${label}: ${counts.decisions} decisions recorded, ${counts.outcomes} outcomes settled after they matured.`);
  say(`Leak audit: ${styled(audit.verdict === 'clean' ? 'green' : 'red', audit.verdict)}. ${audit.text}.`);
  say(`Report: ${styled('bold', shown(report))}`);
  say(`Took ${((monotonicMs() - startedMs) / 1000).toFixed(1)} s.`);
  say();
  say('Try next:');
  say(`  npx hindcast verify ${shown(full.folder)}    run it again and compare every file`);
  say('  npx hindcast backtest --list    strategies, their parameters, the data');
  say('  npm run lab    the same in a notebook');
  return {
    json: {
      command: 'tour',
      interrupted: false,
      report,
      audit: audit.verdict,
      parts: parts.map(({ title, summaries, notes }) => ({ title, summaries, notes })),
    },
    exitCode: audit.verdict === 'clean' ? 0 : 1,
  };
}

/** One progress bar over all accounts of all parts. */
function tourEffects(context: Context): TourEffects {
  const accounts = tourParts.reduce((sum, part) => sum + part.accounts, 0);
  let through = 0;
  return {
    replay: replayEffects(context),
    progress: (account, part, at) =>
      context.progress.report({ task: 'tour', done: 100 * (through + part), total: 100 * accounts, at: `${account} ${at}` }),
    done: () => {
      through++;
    },
  };
}
