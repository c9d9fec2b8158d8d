/** `hindcast verify <path...>`: runs a run, a report or a pack again and says whether its numbers hold. */
import type { Command } from 'commander';
import type { ActionOf } from '../action.js';
import { exampleOf } from '../example.js';

const EXIT: Record<'verified' | 'drifted' | 'cannot verify', number> = { verified: 0, drifted: 3, 'cannot verify': 4 };

export function define(command: Command, action: ActionOf): void {
  command
    .argument('<path...>', 'run folders, reports (.html) or packs (.zip)')
    .addHelpText('after', `${exampleOf('hindcast verify results/<run>')}\n\nExit codes: 0 verified, 3 drifted, 4 cannot verify.`);
  action<object, [string[]]>(command, async (context, _flags, paths) => {
    const { settings, clock, say, progress } = context;
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
