/** What `hindcast backtest` does: a comparison of strategies, or recorded intents under other rules. */
import { resolve } from 'node:path';
import { openRun, type RunFolder, runReplay } from '../../replay/index.js';
import type { Context, Done } from '../action.js';
import { lentModels } from '../lent-models.js';
import { replayEffects } from '../replay-effects.js';
import { type SpecFlags, specPart } from '../spec-flags.js';
import { DEFAULT_STRATEGY, specsFrom } from '../specs-from.js';
import { subjectLines } from '../subject-line.js';
import { remarkLines, summariesOf, summaryLines, TABLE_LEGEND } from '../summary.js';
import { trialNotes } from './trial-note.js';

export interface BacktestFlags extends SpecFlags {
  readonly strategy?: string[];
  readonly frozen?: string;
  readonly list?: boolean;
}

const HOLD = 'buy-and-hold';

/** Each strategy on an account of its own; buy-and-hold is always among them, as the measure. */
export async function compare(context: Context, flags: BacktestFlags): Promise<Done> {
  const { settings, say, progress } = context;
  const { resultsDir } = settings.values;
  const asked = flags.strategy ?? [DEFAULT_STRATEGY];
  const { data, specs, understood } = await specsFrom(context, flags, asked.includes(HOLD) ? asked : [...asked, HOLD]);
  const runs: RunFolder[] = [];
  const effects = replayEffects(context);
  for (const spec of specs) {
    const lent = await lentModels(context, { ...spec, record: 'account' }, data);
    const run = runReplay({ ...spec, record: 'account' }, { ...effects, ...lent.effects, data, progress: progress.report });
    const { folder, interrupted } = await run.finally(lent.close);
    if (interrupted) return interruptedRun(context);
    runs.push(openRun(folder));
  }
  progress.close();
  for (const line of [...understood, ...subjectLines(data, specs[0]!, flags)]) say(line);
  const summaries = sayTable(context, runs);
  const trials = trialNotes(resultsDir, runs);
  for (const { strategy, trials: count, deflatedSharpe } of trials) {
    const tried = `${count} configuration${count > 1 ? 's' : ''} tried on this universe and span`;
    say(`  ${strategy}: ${tried}; deflated Sharpe ${deflatedSharpe?.toFixed(3) ?? 'n/a (it takes two)'}`);
  }
  const { symbols, from, to } = specs[0]!;
  say();
  say('Try next:');
  say(`  hindcast report ${runs.map(({ folder }) => folder).join(' ')}`);
  return { json: { command: 'backtest', interrupted: false, symbols, from, to, summaries, trials } };
}

/** The run's own spec, with the rules and costs that the flags give, on its recorded intents. */
export async function replayFrozen(context: Context, flags: BacktestFlags, run: string): Promise<Done> {
  const { progress } = context;
  const before = openRun(resolve(run));
  const { costs, ...rules } = specPart(flags);
  const { folder, interrupted } = await runReplay(
    { ...before.spec, ...rules, costs: { ...before.spec.costs, ...costs }, frozenFrom: before.folder, record: 'account' },
    { ...replayEffects(context), progress: progress.report },
  );
  progress.close();
  if (interrupted) return interruptedRun(context);
  const summaries = sayTable(context, [before, openRun(folder)]);
  return { json: { command: 'backtest', interrupted, summaries } };
}

function sayTable({ say }: Context, runs: readonly RunFolder[]) {
  const summaries = summariesOf(runs);
  for (const line of summaryLines(summaries)) say(line);
  for (const line of [TABLE_LEGEND, ...remarkLines(runs)]) say(`  ${line}`);
  return summaries;
}

function interruptedRun({ say, progress }: Context): Done {
  progress.close();
  say('Interrupted. Run the same command again to go on.');
  return { json: { command: 'backtest', interrupted: true }, exitCode: 130 };
}
