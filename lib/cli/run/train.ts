/** What `hindcast train` does: the promoted training pipeline, what its policies did on unseen time, where they lie, what to try next. */
import { join } from 'node:path';
import { dateOf, InputError } from '../../core/index.js';
import type { MarketData } from '../../feeds/index.js';
import { type JsonValue, runPipeline } from '../../notebook/index.js';
import { planTraining, readTrainFile, settingLines, type TrainerInput, trainedFolder, trainerPresets } from '../../rl/index.js';
import type { Context, Done } from '../action.js';
import { dataOf } from '../fetched-data.js';
import { replayEffects } from '../replay-effects.js';
import { readSpecFile } from '../spec-file.js';
import { type SpecFlags, specPart } from '../spec-flags.js';
import { styled } from '../table.js';
import { openSource, type Universe, universeOf } from '../universe.js';
import { contenderLines, featureLines, memberLines, verdictLines } from './train-lines.js';

export interface TrainFlags extends SpecFlags {
  readonly preset?: string;
  readonly name?: string;
  readonly steps?: number;
  readonly seeds?: number | number[];
  readonly folds?: number;
  readonly schema?: string;
  readonly reward?: string;
  readonly deterministic?: boolean;
  readonly settings?: string;
  readonly threads?: number;
  readonly report?: boolean;
  readonly list?: boolean;
}

export async function listSettings({ say }: Context): Promise<Done> {
  say('Presets (--preset):');
  for (const { name, about } of trainerPresets()) say(`  ${name.padEnd(12)}${about}`);
  say();
  say('Settings (--set key=value, or keys of --settings <file>):');
  for (const line of settingLines()) say(`  ${line}`);
  return { json: { command: 'train', presets: trainerPresets(), settings: settingLines() } };
}

export async function train(context: Context, flags: TrainFlags): Promise<Done> {
  const { settings, say, progress, signal } = context;
  if (flags.threads === 0) throw new InputError('train: expected 1 thread or more, got 0. Leave --threads out for all processors.');
  const given = merged(fileOf(flags), flags);
  const source = await dataOf(context, flags, given as { data?: string });
  const { data, understood } = openSource(source, undefined, given.symbols);
  const universe = wideUniverse(data, given);
  const input = { ...given, ...universe, data: source } as TrainerInput;
  const plan = planTraining(input, { data });
  for (const line of [...understood, ...featureLines(plan.file)]) say(line);
  const effects = { ...replayEffects(context), data, threads: flags.threads, progress: progress.report };
  const { resultsDir } = settings.values;
  const folder = join(resultsDir, plan.train);
  const { preset = 'default', symbols, from, to, data: _data, ...rest } = input;
  let declared: Awaited<ReturnType<typeof runPipeline>>;
  try {
    declared = await runPipeline(
      'reinforcement-learning',
      { data: source, symbols: [...symbols], from, to, preset, settings: JSON.parse(JSON.stringify(rest)) as JsonValue },
      effects,
    );
  } catch (error) {
    const known = readTrainFile(folder);
    if (!signal.aborted && known?.status !== 'interrupted') throw error;
    progress.close();
    say(`Interrupted; what was learned is kept in ${folder}. Run the same command again to go on.`);
    return { json: { command: 'train', interrupted: true, folder, train: plan.train }, exitCode: 130 };
  }
  progress.close();
  const file = readTrainFile(folder)!;
  const evaluation = file.evaluation!;
  for (const line of memberLines(file)) say(line);
  say();
  for (const line of contenderLines(evaluation)) say(line);
  for (const line of verdictLines(evaluation)) say(line);
  for (const note of [...file.marks, ...file.notes]) say(styled('dim', `  ${note}`));
  const recorded = join(resultsDir, declared['recorded'] as string);
  say();
  say(`Policies in ${folder}`);
  let report: string | undefined;
  if (flags.report) {
    const { writeTrainReport } = await import('../../report/index.js');
    report = writeTrainReport({ folder, recorded, out: join(folder, 'report.html'), clock: context.clock }).file;
    say(`Report: ${report}`);
  }
  // Of the last fold, and over what it has not seen.
  const newest = file.members.find(({ fold }) => fold === file.folds.length - 1)!;
  const bundle = join(trainedFolder(folder, file.settings, newest), 'bundle');
  const { test } = file.folds[newest.fold]!;
  say('Try next:');
  say(`  hindcast report ${recorded}`);
  say(`  hindcast verify ${folder}`);
  say(
    `  hindcast replay --strategy rl --set bundle=${bundle} --data ${source} --symbols ${symbols[0]} --from ${test.from} --to ${test.to}${data.intervalMs === undefined ? '' : ' --decision-point every'}`,
  );
  say(`  hindcast export ${bundle} --onnx --out policy.onnx`);
  return {
    json: {
      command: 'train',
      interrupted: false,
      folder,
      train: file.train,
      kernel: file.kernel,
      features: file.features.used,
      members: file.members,
      contenders: evaluation.contenders.map(({ name, over, excess }) => ({ name, over, excess })),
      market: evaluation.market,
      recorded,
      ...(report && { report }),
    },
  };
}

/** Symbols as for a replay. An environment plays each over its own bars, so the span need not be one that all share, where all their actions are known. */
function wideUniverse(data: MarketData, { symbols, from, to }: Given): Universe {
  const shared = universeOf(data, { symbols, from, to });
  if (shared.symbols.some((symbol) => data.actionsKnown?.[symbol] !== undefined)) return shared;
  const days = shared.symbols.map((symbol) => data.series.get(symbol)!.day);
  return {
    symbols: shared.symbols,
    from: from ?? dateOf(Math.min(...days.map((day) => day[0]!))),
    to: to ?? dateOf(Math.max(...days.map((day) => day[day.length - 1]!))),
  };
}

type Given = Partial<Omit<TrainerInput, 'symbols'>> & { symbols?: string[] };

/** Settings of a file, checked with the flags laid over them. */
const fileOf = ({ settings }: TrainFlags): Given => (settings === undefined ? {} : (readSpecFile(settings) as unknown as Given));

function merged(file: Given, flags: TrainFlags): Given {
  const { costs, initialCash, rulebook, risk } = specPart(flags);
  const { preset, name, steps: totalSteps, seeds, folds, schema, reward, symbols, from, to, deterministic } = flags;
  const result: Record<string, unknown> = { ...file };
  const lay = (path: string, value: unknown): void => {
    if (value === undefined) return;
    const [head, ...tail] = path.split('.');
    let into = result;
    let key = head!;
    for (const next of tail) {
      const below = into[key];
      into[key] = { ...(typeof below === 'object' && below !== null ? below : {}) };
      into = into[key] as Record<string, unknown>;
      key = next;
    }
    into[key] = value;
  };
  const plain = { preset, name, totalSteps, seeds, schema, reward, symbols, from, to, initialCash, rulebook, risk };
  for (const [key, value] of Object.entries(plain)) lay(key, value);
  lay('folds.count', folds);
  lay('kernel', deterministic ? 'deterministic' : undefined);
  for (const [key, value] of Object.entries(costs ?? {})) lay(`costs.${key}`, value);
  for (const [path, value] of flags.set ?? []) lay(path, value);
  return result as Given;
}
