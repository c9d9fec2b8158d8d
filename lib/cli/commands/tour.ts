/** `hindcast tour`: the showcase, on the bars that ship with the project. Everything it shows comes from its runs. */
import type { Command } from 'commander';
import type { ActionOf, Context } from '../action.js';
import { exampleOf } from '../example.js';

export function define(command: Command, action: ActionOf): void {
  command.addHelpText('after', exampleOf('hindcast tour', 'npm start'));
  action(command, async (context) => {
    const { settings, clock, say, progress, signal } = context;
    const [
      { tourParts },
      { TourInterrupted },
      { writeReport },
      { summaryLines },
      { auditLine },
      { join, relative },
      { styled },
      { monotonicMs },
    ] = await Promise.all([
      import('../tour/parts.js'),
      import('../tour/part.js'),
      import('../../report/index.js'),
      import('../summary.js'),
      import('../tour/audit-line.js'),
      import('node:path'),
      import('../table.js'),
      import('../../core/index.js'),
    ]);
    const startedMs = monotonicMs();
    const { resultsDir } = settings.values;
    const parts = [];
    try {
      say('Replaying real daily bars day by day: decide on what was known, fill at the next open under the rules of that date.');
      for (const part of tourParts) {
        say();
        say(styled('bold', part.title));
        const result = await part.run({ clock, resultsDir, signal, progress: progress.report });
        progress.close();
        for (const line of summaryLines(result.summaries)) say(line);
        for (const note of result.notes) say(styled('dim', `  ${note}`));
        parts.push({ title: part.title, ...result });
      }
    } catch (error) {
      if (!(error instanceof TourInterrupted)) throw error;
      say('Interrupted. Run hindcast tour again to go on where it stopped.');
      return { json: { command: 'tour', interrupted: true }, exitCode: 130 };
    }
    const shown = (path: string) => relative(process.cwd(), path) || path;
    // The report is about the run that recorded its decisions, beside the others of its market.
    const shownPart = parts.find(({ runs }) => runs.some(({ spec }) => spec.record === 'full'))!;
    const full = shownPart.runs.find(({ spec }) => spec.record === 'full')!;
    const report = join(resultsDir, 'tour', 'report.html');
    writeReport({ runs: [full, ...shownPart.runs.filter((run) => run !== full)], out: report, clock });
    const audit = auditLine(full.folder);
    const { counts } = full.row;
    say();
    say(`${full.row.label}: ${counts.decisions} decisions recorded, ${counts.outcomes} outcomes settled after they matured.`);
    say(`Leak audit: ${styled(audit.verdict === 'clean' ? 'green' : 'red', audit.verdict)}. ${audit.text}.`);
    say(`Report: ${styled('bold', shown(report))}`);
    say(`Took ${((monotonicMs() - startedMs) / 1000).toFixed(1)} s.`);
    say();
    sayNext(context, shown(full.folder));
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
  });
}

function sayNext({ say }: Context, folder: string): void {
  say('Try next:');
  say(`  npx hindcast verify ${folder}    run it again and compare every digest`);
  say('  npx hindcast backtest --list    strategies, their parameters, the data');
  say('  npm run lab    the same in a notebook');
}
