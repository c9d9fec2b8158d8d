/** One training from its settings to its bundles: N seeds over walk-forward folds in threads, resumable to the byte. */
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { type Clock, hashOf, InputError, sha256 } from '../core/index.js';
import { loadSource, type MarketData } from '../feeds/index.js';
import { type Ledger, type ResumeCommand, runTask } from '../jobs/index.js';
import type { KernelName } from './contract.js';
import { probeFeatures } from './env-probe.js';
import { fastestKernel, openKernel, reproducibleKernel } from './kernel-choice.js';
import { type CurveRow, readCurve } from './train-curve.js';
import { type GroundFiles, type TrainGround, trainGround } from './train-ground.js';
import { bundleFolder, type Member, type MemberPlan, type MemberResult, memberResult, membersOf, trainedFolder } from './train-member.js';
import { readTrainFile, type TrainCode, type TrainFile, writeTrainFile } from './trainer-file.js';
import { trainInThreads } from './trainer-pool.js';
import { TrainerProgress, type TrainProgress } from './trainer-progress.js';
import { type TrainerInput, type TrainerSettings, trainerSettings } from './trainer-settings.js';

export interface TrainEffects {
  readonly clock: Clock;
  readonly resultsDir: string;
  /** What `settings.data` names, when it is loaded already. */
  readonly data?: MarketData;
  /** As many as processors by default. */
  readonly threads?: number;
  /** Ends the training; the same call goes on. */
  readonly signal?: AbortSignal;
  readonly progress?: (progress: TrainProgress) => void;
  /** Each iteration of each seed, as it comes. */
  readonly onRow?: (member: Member, row: CurveRow) => void;
  /** Where the files that settings name lie, when not where they say. */
  readonly files?: GroundFiles;
  /** The stamp of this code; another code's unfinished seeds begin anew. */
  readonly code: TrainCode;
  /** As of a replay: the ledger of long tasks, and the command that goes on. */
  readonly tasks?: () => Ledger;
  readonly resume?: ResumeCommand;
}

export interface TrainingPlan extends Omit<MemberPlan, 'code'> {
  readonly ground: TrainGround;
  readonly members: readonly Member[];
  /** All of train.json that is known before. */
  readonly file: Omit<TrainFile, 'status' | 'members' | 'evaluation' | 'stamp'>;
}

/** A policy that came of a training. */
export interface TrainedMember extends MemberResult {
  readonly folder: string;
  readonly curve: readonly CurveRow[];
}

export interface Training {
  readonly folder: string;
  readonly file: TrainFile;
  readonly plan: TrainingPlan;
  /** What a replay must be told to play under the same rules; span and strategies are the caller's. */
  readonly spec: {
    readonly data: string;
    readonly symbols: string[];
    readonly initialCash: number;
    readonly risk: string;
    readonly rulebook: string;
    readonly costs: TrainerSettings['costs'];
    readonly decisionPoint: 'close' | 'every';
  };
  /** Fold by fold, seed by seed; those that have ended. */
  readonly members: readonly TrainedMember[];
  readonly interrupted: boolean;
  /** Of this call. */
  readonly trained: { readonly steps: number; readonly seconds: number; readonly threads: number };
}

/** Checks everything and probes the features; writes nothing. Throws InputError on settings or data that can't be trained on. */
export function planTraining(input: TrainerInput, { data, files = {} }: Pick<TrainEffects, 'data' | 'files'> = {}): TrainingPlan {
  const settings = trainerSettings(input);
  const ground = trainGround(settings, data ?? loadSource(settings.data, 'refuse', settings.symbols), files);
  for (const { validation, test } of ground.folds) for (const span of [validation, test]) if (span !== null) ground.market([span]);
  const everything = ground.market(ground.folds[0]!.train);
  const probe = probeFeatures({ ...ground.options(everything), count: 8 });
  const features =
    settings.features === 'varying'
      ? probe.varying
      : settings.features === 'all'
        ? everything.choice.features.map(({ name }) => name)
        : settings.features;
  if (features.length === 0)
    throw new InputError('planTraining: expected a feature that varies in training, got none. Choose another schema or span.');
  ground.market(ground.folds[0]!.train, features);
  const name = kernelOf(settings.kernel);
  const kernel = { name, hash: openKernel(name).hash };
  const digests = Object.fromEntries(settings.symbols.map((symbol) => [symbol, ground.data.digests[symbol]!]));
  // Its path would stay the same when the file changes.
  if (settings.risk !== 'none' && settings.risk !== 'house') digests['risk'] = sha256(readFileSync(files.risk ?? settings.risk));
  const { seeds: _seeds, checkpointEvery: _often, name: _name, kernel: _kernel, data: _data, ...deciding } = settings;
  const configHash = hashOf({ ...deciding, features, kernel, digests, rulebook: ground.rulebookVersion });
  const train = `train-${settings.name}-${configHash.slice(0, 10)}`;
  return {
    train,
    settings,
    features,
    kernel,
    digests,
    rulebook: ground.rulebookVersion,
    ground,
    members: membersOf(settings),
    file: {
      v: 1,
      train,
      settings,
      configHash,
      kernel,
      features: { used: features, probe },
      folds: ground.folds.map(({ train: taught, validation, test }) => ({
        train: taught.map(ground.datesOf),
        validation: validation && ground.datesOf(validation),
        test: ground.datesOf(test),
      })),
      sessionsPerYear: ground.sessionsPerYear,
      decisionsPerYear: ground.decisionsPerYear,
      marks: ground.data.synthetic ? ['synthetic data'] : [],
      notes: [...ground.data.notes],
    },
  };
}

const kernelOf = (wanted: TrainerSettings['kernel']): KernelName =>
  wanted === 'fastest' ? fastestKernel() : wanted === 'deterministic' ? reproducibleKernel() : wanted;

/**
 * Trains and writes `results/<train>/`: train.json, and a folder for each seed with its bundle and its curve. A seed that has ended is
 * not trained again. Throws InputError on bad input, with nothing written.
 */
export async function trainPolicies(input: TrainerInput, effects: TrainEffects): Promise<Training> {
  const plan = planTraining(input, effects);
  const { tasks, resume, signal } = effects;
  if (tasks === undefined) return trainPlan(plan, effects);
  const steps = plan.members.length * plan.settings.totalSteps + 1;
  const spec = {
    kind: 'train',
    run: plan.train,
    steps,
    parameters: plan.settings,
    key: hashOf([plan.train, effects.code.code.treeHash, plan.members]),
  };
  return runTask(tasks(), { ...spec, ...(resume && { resume }), ...(signal && { signal }) }, (task) =>
    trainPlan(plan, {
      ...effects,
      signal: task.signal,
      progress: (step) => {
        task.progress(Math.min(steps - 1, Math.floor(step.done)), step.at);
        effects.progress?.(step);
      },
    }),
  );
}

/** What a replay must be told to play under the rules of a training. */
export const trainSpec = ({ settings, ground }: Pick<TrainingPlan, 'settings' | 'ground'>, files: GroundFiles = {}): Training['spec'] => ({
  data: settings.data,
  symbols: [...settings.symbols],
  initialCash: settings.initialCash,
  risk: files.risk ?? settings.risk,
  rulebook: files.rulebook ?? settings.rulebook,
  costs: settings.costs,
  decisionPoint: ground.data.intervalMs === undefined ? 'close' : 'every',
});

async function trainPlan(plan: TrainingPlan, effects: TrainEffects): Promise<Training> {
  const { train, settings, features, kernel, digests, rulebook, ground, members } = plan;
  const folder = join(effects.resultsDir, train);
  const shared: MemberPlan = { train, settings, features, kernel, digests, rulebook, code: effects.code.code.treeHash };
  const ended = new Map(members.map((member) => [member, memberResult(folder, shared, member)] as const));
  const pending = members.filter((member) => ended.get(member) === null);
  const threads = Math.min(effects.threads ?? availableParallelism(), Math.max(1, pending.length));
  const progress = new TrainerProgress(train, members.length, settings.totalSteps);
  for (const member of members) if (!pending.includes(member)) progress.skip(member);
  const known = readTrainFile(folder);
  const stamp: TrainFile['stamp'] = {
    code: effects.code,
    data: digests,
    rulebook,
    startedAt: known?.stamp.startedAt ?? effects.clock.now(),
  };
  // Seeds of another code begin anew, and their time with them.
  const goesOn = known?.stamp.code?.code.treeHash === effects.code.code.treeHash;
  const secondsBefore = goesOn ? (known?.stamp.seconds ?? 0) : 0;
  const results = (): MemberResult[] => members.flatMap((member) => ended.get(member) ?? []);
  const write = (status: TrainFile['status']): TrainFile => {
    const seconds = Math.round(1000 * (secondsBefore + progress.seconds)) / 1000;
    const file: TrainFile = { ...plan.file, status, members: results(), evaluation: null, stamp: { ...stamp, seconds } };
    writeTrainFile(folder, file);
    return file;
  };
  // What is trained already is described already, evaluation included.
  const isWhole = known?.status === 'done' && pending.length === 0 && hashOf(known.members) === hashOf(results());
  if (!isWhole) write('running');
  const same = (a: Member, b: Member): boolean => a.fold === b.fold && a.seed === b.seed;
  // News is not for the learner, and a thread would copy it.
  const data = { ...ground.data, news: [] };
  await trainInThreads(
    pending,
    { plan: shared, data, files: effects.files ?? {}, folder },
    {
      threads,
      ...(effects.signal && { signal: effects.signal }),
      onRow(member, row) {
        effects.onRow?.(member, row);
        const step = progress.row(member, row);
        effects.progress?.(step);
      },
      onEnd(member, result) {
        ended.set(pending.find((one) => same(one, member))!, result);
        const step = progress.end(member);
        effects.progress?.(step);
      },
    },
  );
  const interrupted = results().length < members.length;
  const file = isWhole ? known! : write(interrupted ? 'interrupted' : 'done');
  return {
    folder,
    file,
    plan,
    members: results().map((result) => {
      const own = trainedFolder(folder, settings, result);
      return { ...result, folder: bundleFolder(own), curve: readCurve(own) };
    }),
    spec: trainSpec(plan, effects.files),
    interrupted,
    trained: { steps: progress.taken, seconds: progress.seconds, threads },
  };
}
