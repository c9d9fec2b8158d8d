/** One seed of one fold from its first rollout to its bundle; stopped or killed, it goes on as if nothing had happened. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { hashOf, writeFileAtomic } from '../core/index.js';
import { actionTable } from '../market/index.js';
import { sealBundle } from './bundle.js';
import { saveBundle } from './bundle-files.js';
import type { KernelName } from './contract.js';
import { marketEnv } from './market-env.js';
import { createPpo, type Ppo, type TrainedPolicy } from './ppo.js';
import { type Best, readCheckpoint, removeCheckpoint, writeCheckpoint } from './train-checkpoint.js';
import { type CurveRow, writeCurve } from './train-curve.js';
import type { TrainGround } from './train-ground.js';
import { outcomeOf } from './train-validate.js';
import { memberResultSchema } from './trainer-file-schema.js';
import { seedsOf, type TrainerSettings } from './trainer-settings.js';

export interface Member {
  readonly fold: number;
  readonly seed: number;
}

/** What all members share. Plain JSON. */
export interface MemberPlan {
  /** Name of the training's folder under the results folder. */
  readonly train: string;
  readonly settings: TrainerSettings;
  readonly features: readonly string[];
  readonly kernel: { readonly name: KernelName; readonly hash: string | null };
  readonly digests: Readonly<Record<string, string>>;
  readonly rulebook: string;
  /** Hash of the code: what another code left is not gone on with. */
  readonly code: string;
}

/** member.json: how a finished seed ended. */
export interface MemberResult extends Member {
  readonly identity: string;
  /** Hash of the bundle beside it. */
  readonly bundle: string;
  /** sha256 of curve.jsonl; absent in trainings of before it was kept. */
  readonly curveDigest?: string;
  readonly iterations: number;
  readonly steps: number;
  readonly stoppedBy: 'steps' | 'patience';
  /** Iteration and environment steps of the policy in the bundle, and its score on validation (null without one). */
  readonly kept: { readonly iteration: number; readonly steps: number; readonly score: number | null };
}

/** `seed-3`, or `fold-2/seed-3` where there are several folds. */
export const trainedFolder = (folder: string, { folds }: Pick<TrainerSettings, 'folds'>, { fold, seed }: Member): string =>
  join(folder, ...(folds.count > 1 ? [`fold-${fold + 1}`] : []), `seed-${seed}`);

/** Folder of a member's bundle within its own. */
export const bundleFolder = (folder: string): string => join(folder, 'bundle');

const identityOf = (plan: MemberPlan, member: Member): string => {
  const { checkpointEvery: _often, seeds: _seeds, ...settings } = plan.settings;
  return hashOf({ ...plan, settings, ...member });
};

/** How a member ended; null when it hasn't, or was another code's. */
export function memberResult(folder: string, plan: MemberPlan, member: Member): MemberResult | null {
  const path = join(trainedFolder(folder, plan.settings, member), 'member.json');
  if (!existsSync(path)) return null;
  const found = memberResultSchema.safeParse(JSON.parse(readFileSync(path, 'utf8')));
  return found.success && found.data.identity === identityOf(plan, member) ? found.data : null;
}

export interface MemberEffects {
  /** After each iteration. */
  readonly onRow?: (row: CurveRow) => void;
  /** Asked after each iteration: true leaves a checkpoint and ends early. */
  readonly stopped?: () => boolean;
}

/** Trains, writes curve.jsonl, checkpoint.json on the way, bundle/ and member.json at the end; null when it was stopped. */
export function trainMember(
  plan: MemberPlan,
  member: Member,
  ground: TrainGround,
  trainingFolder: string,
  { onRow, stopped }: MemberEffects = {},
): MemberResult | null {
  const { settings, features, kernel } = plan;
  const { earlyStop, totalSteps, environments, checkpointEvery } = settings;
  const folder = trainedFolder(trainingFolder, settings, member);
  const identity = identityOf(plan, member);
  const fold = ground.folds[member.fold]!;
  const env = marketEnv({ ...ground.options(ground.market(fold.train, features)), count: environments });
  const ppo = createPpo({ ...settings.ppo, totalSteps, kernel: kernel.name }, env, member.seed);
  const validation = fold.validation && ground.options(ground.market([fold.validation], features));

  const before = readCheckpoint(folder, identity);
  if (before !== null) ppo.restore(before.ppo);
  const curve: CurveRow[] = [...(before?.curve ?? [])];
  let best: Best | null = before?.best ?? null;
  let sinceBest = before?.sinceBest ?? 0;
  const save = (): void => {
    writeCurve(folder, curve);
    writeCheckpoint(folder, identity, { ppo: ppo.snapshot(), best, sinceBest, curve });
  };
  const outOfPatience = (): boolean => earlyStop.patience !== null && sinceBest >= earlyStop.patience;
  const through = (): boolean => (curve[curve.length - 1]?.steps ?? 0) >= totalSteps || outOfPatience();
  while (!through()) {
    const stats = ppo.iterate();
    const look = validation !== null && (stats.iteration % earlyStop.every === 0 || stats.steps >= totalSteps);
    const outcome = look ? outcomeOf(ppo.policy(), validation!, kernel.name) : null;
    if (outcome !== null) {
      const score = earlyStop.metric === 'return' ? outcome.totalReturn : outcome.sharpe;
      sinceBest++;
      if (best === null || score > best.score) {
        best = { iteration: stats.iteration, steps: stats.steps, score, policy: ppo.policy() };
        sinceBest = 0;
      }
    }
    const row = { ...stats, validation: outcome };
    curve.push(row);
    onRow?.(row);
    if (through()) break;
    const stop = stopped?.() === true;
    if (stop || stats.iteration % checkpointEvery === 0) save();
    if (stop) return null;
  }
  const result = finish(plan, member, ground, folder, identity, ppo, curve, earlyStop.keep === 'best' ? best : null, outOfPatience());
  removeCheckpoint(folder);
  return result;
}

function finish(
  plan: MemberPlan,
  member: Member,
  ground: TrainGround,
  folder: string,
  identity: string,
  ppo: Ppo,
  curve: readonly CurveRow[],
  best: Best | null,
  impatient: boolean,
): MemberResult {
  const { iteration, steps, validation } = curve[curve.length - 1]!;
  const score = validation && (plan.settings.earlyStop.metric === 'return' ? validation.totalReturn : validation.sharpe);
  const kept = best === null ? { iteration, steps, score } : { iteration: best.iteration, steps: best.steps, score: best.score };
  const curveDigest = writeCurve(folder, curve);
  const bundle = bundleOf(plan, member, ground, best?.policy ?? ppo.policy(), kept);
  saveBundle(bundleFolder(folder), bundle);
  const result: MemberResult = {
    ...member,
    identity,
    bundle: bundle.hash,
    curveDigest,
    iterations: iteration,
    steps,
    stoppedBy: impatient && steps < plan.settings.totalSteps ? 'patience' : 'steps',
    kept,
  };
  writeFileAtomic(join(folder, 'member.json'), `${JSON.stringify(result, null, 2)}\n`);
  return result;
}

/** Its hash names settings, data, seed and kernel, not the code: that stands in train.json, so that a comment moved in lib makes no new policy. */
function bundleOf(plan: MemberPlan, { fold, seed }: Member, ground: TrainGround, trained: TrainedPolicy, kept: MemberResult['kept']) {
  const { settings, features, kernel, digests, rulebook, train } = plan;
  const { seeds: _seeds, checkpointEvery: _often, ...rest } = settings;
  const { choice } = ground.market(ground.folds[fold]!.train, features);
  const { train: taught, validation, test } = ground.folds[fold]!;
  return sealBundle({
    name: `${settings.name}${settings.folds.count > 1 ? `-f${fold + 1}` : ''}-s${seed}`,
    schema: { id: choice.schema.id, features: choice.features },
    rawClip: choice.schema.rawClip,
    normaliser: trained.normaliser,
    actions: actionTable(settings.actions),
    ...(settings.masking ? { masking: 'refused' as const } : {}),
    policy: trained.policy,
    value: trained.value,
    source: JSON.parse(
      JSON.stringify({
        made: 'hindcast train',
        train,
        seed,
        kept,
        taught: taught.map(ground.datesOf),
        validation: validation && ground.datesOf(validation),
        test: ground.datesOf(test),
        settings: rest,
        kernel,
        data: digests,
        rulebook,
      }),
    ),
  });
}

/** Every seed of every fold, fold by fold. */
export const membersOf = (settings: TrainerSettings): Member[] =>
  Array.from({ length: settings.folds.count }, (_, fold) => seedsOf(settings).map((seed) => ({ fold, seed }))).flat();
