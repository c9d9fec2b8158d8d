/** `hindcast backtest`: strategies side by side, each with an account of its own, against buy-and-hold and the index. */
import type { Command } from 'commander';
import type { ActionOf, Context, Done } from '../action.js';
import { exampleOf } from '../example.js';
import { type SpecFlags, specOptions } from '../spec-flags.js';

interface BacktestFlags extends SpecFlags {
  readonly strategy?: string[];
  readonly frozen?: string;
  readonly list?: boolean;
}

export function define(command: Command, action: ActionOf): void {
  specOptions(command);
  command
    .option('--strategy <id>', 'what decides; repeat to compare, a+b puts several in one account', (id, before: string[] = []) => [
      ...before,
      id,
    ])
    .option('--frozen <run>', "replay a run's recorded intents under other rules or costs, without deciding again")
    .option('--list', 'print the strategies with their parameters, and the data sets')
    .addHelpText(
      'after',
      exampleOf(
        'hindcast backtest --strategy sma-cross --strategy momentum --data embedded:us --set sma-cross.fast=10',
        'hindcast backtest --frozen results/<run> --commission 0.001',
      ),
    );
  action<BacktestFlags>(command, async (context, flags) => {
    if (flags.list) return (await import('../listing.js')).list(context);
    return flags.frozen === undefined ? compare(context, flags) : replayFrozen(context, flags, flags.frozen);
  });
}

async function compare({ settings, clock, say, progress, signal }: Context, flags: BacktestFlags): Promise<Done> {
  const [{ specsFrom }, { openRun, runReplay }, { remarkLines, summariesOf, summaryLines }, { trialNotes }] = await Promise.all([
    import('../specs-from.js'),
    import('../../replay/index.js'),
    import('../summary.js'),
    import('../trial-note.js'),
  ]);
  const { resultsDir } = settings.values;
  const asked = flags.strategy ?? [];
  const { data, specs } = specsFrom(
    flags,
    asked.includes('buy-and-hold') ? asked : ['buy-and-hold', ...(asked.length > 0 ? asked : ['rule:v1'])],
  );
  const runs = [];
  for (const spec of specs) {
    const { folder, interrupted } = await runReplay(
      { ...spec, record: 'account' },
      { clock, resultsDir, data, signal, progress: progress.report },
    );
    if (interrupted) {
      say('Interrupted. Run the same command again to go on.');
      return { json: { command: 'backtest', interrupted }, exitCode: 130 };
    }
    runs.push(openRun(folder));
  }
  progress.close();
  const summaries = summariesOf(runs);
  for (const line of [...summaryLines(summaries), ...remarkLines(runs)]) say(line);
  const trials = trialNotes(
    resultsDir,
    runs.map(({ row }) => row.run),
  );
  say();
  for (const { strategy, trials: count, deflatedSharpe } of trials) {
    say(
      `${strategy}: ${count} configuration${count > 1 ? 's' : ''} tried here; deflated Sharpe ${deflatedSharpe?.toFixed(3) ?? 'n/a (needs two)'}`,
    );
  }
  say('Try next:');
  say(`  hindcast report ${runs.map(({ folder }) => folder).join(' ')}`);
  return {
    json: {
      command: 'backtest',
      interrupted: false,
      universe: specs[0]!.symbols,
      from: specs[0]!.from,
      to: specs[0]!.to,
      summaries,
      trials,
    },
  };
}

/** The run's own spec, with the rules and costs that the flags give, on its recorded intents. */
async function replayFrozen({ settings, clock, say, progress, signal }: Context, flags: BacktestFlags, run: string): Promise<Done> {
  const [{ openRun, runReplay }, { remarkLines, summariesOf, summaryLines }, { specPart }, { resolve }] = await Promise.all([
    import('../../replay/index.js'),
    import('../summary.js'),
    import('../spec-flags.js'),
    import('node:path'),
  ]);
  const before = openRun(resolve(run));
  const { costs, ...rules } = specPart(flags);
  const spec = {
    ...before.spec,
    ...rules,
    costs: { ...before.spec.costs, ...costs },
    frozenFrom: before.folder,
    record: 'account' as const,
  };
  const { folder, interrupted } = await runReplay(spec, {
    clock,
    resultsDir: settings.values.resultsDir,
    signal,
    progress: progress.report,
  });
  progress.close();
  if (interrupted) return { json: { command: 'backtest', interrupted }, exitCode: 130 };
  const runs = [before, openRun(folder)];
  const summaries = summariesOf(runs);
  for (const line of [...summaryLines(summaries), ...remarkLines(runs)]) say(line);
  return { json: { command: 'backtest', interrupted, summaries } };
}
