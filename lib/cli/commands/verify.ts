/** `hindcast verify <path...>`: runs a run, a report or a pack again, or trains a training again, and says whether its numbers hold. */
import type { Command } from 'commander';
import type { ActionOf } from '../action.js';
import { exampleOf } from '../example.js';

const EXIT: Record<'verified' | 'drifted' | 'cannot verify', number> = { verified: 0, drifted: 3, 'cannot verify': 4 };

export function define(command: Command, action: ActionOf): void {
  command
    .argument('<path...>', 'folders of runs or trainings, reports (.html) or packs (.zip)')
    .option('--retrain', 'train a training again however long it takes (those of a minute always are)')
    .addHelpText(
      'after',
      `${exampleOf('hindcast verify results/<run>', 'hindcast verify results/<training> --retrain')}\n\nExit codes: 0 verified, 3 drifted, 4 cannot verify.`,
    );
  action<{ readonly retrain?: boolean }, [string[]]>(command, async (context, { retrain = false }, paths) => {
    const { settings, clock, say, progress, signal } = context;
    const [{ verifyRun }, { openedEmbedder }, { answerFrom }] = await Promise.all([
      import('../../report/index.js'),
      import('../opened-embedder.js'),
      import('../lent-models.js'),
    ]);
    const runs = [];
    for (const path of paths) {
      const results = await verifyRun(path, {
        clock,
        resultsDir: settings.values.resultsDir,
        progress: progress.report,
        trainProgress: progress.report,
        retrain,
        signal,
        openEmbedder: (id) => openedEmbedder(context, id),
        answerFrom: answerFrom(context),
      });
      progress.close();
      for (const { says } of results) say(says);
      runs.push(...results);
    }
    return { json: { command: 'verify', runs }, exitCode: Math.max(0, ...runs.map(({ verdict }) => EXIT[verdict])) };
  });
}
