/**
 * Verify, for a training: whether its parts are what train.json says, whether what made them is the same today, and, trained again from its
 * settings, whether the same bundles and the same figures on unseen time come out.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { HindcastError, hashOf } from '../core/index.js';
import type { MarketData } from '../feeds/index.js';
import { codeStamp, playAccounts } from '../replay/index.js';
import {
  evaluatePolicies,
  type GroundFiles,
  type Play,
  planTraining,
  readTrainFile,
  type TrainFile,
  type TrainingPlan,
  trainPolicies,
  trainSpec,
  writeTrainFile,
} from '../rl/index.js';
import { movedParts, partOf, wholeParts } from './training-parts.js';
import type { VerifyEffects, VerifyResult } from './verify-contract.js';

/** Trainings that took less are made again without being asked. */
const SHORT_SECONDS = 60;

/** A recorded training and what is at hand to make it again. */
export interface RecordedTraining {
  readonly folder: string;
  /** From a pack; otherwise what the settings name. */
  readonly data?: MarketData;
  readonly files?: GroundFiles;
}

/** `scratch`: a folder of its own to train in. */
export async function verifyTraining(recorded: RecordedTraining, scratch: string, effects: VerifyEffects): Promise<VerifyResult> {
  const file = readTrainFile(recorded.folder)!;
  const cannot = (says: string, moved: readonly string[] = [], files: VerifyResult['files'] = {}): VerifyResult => ({
    run: file.train,
    verdict: 'cannot verify',
    says: `cannot verify ${file.train}: ${says}`,
    moved,
    files,
  });
  if (file.status !== 'done') return cannot('missing its end: the training was interrupted. Give its command again to finish it');
  const { rulebook, risk } = file.settings;
  const wanted = [
    ...(recorded.data === undefined && !/^(embedded|lab|store):/.test(file.settings.data) ? [file.settings.data] : []),
    ...(rulebook === 'default' || recorded.files?.rulebook !== undefined ? [] : [rulebook]),
    ...(risk === 'none' || risk === 'house' || recorded.files?.risk !== undefined ? [] : [risk]),
  ];
  const gone = wanted.find((path) => !existsSync(path));
  if (gone !== undefined) return cannot(`missing ${gone} (ask for a pack: hindcast pack ${file.train})`);
  const whole = wholeParts(recorded.folder, file);
  const changed = Object.keys(whole).filter((part) => !whole[part]);
  let plan: TrainingPlan;
  try {
    plan = planTraining(file.settings, recorded);
  } catch (error) {
    if (!(error instanceof HindcastError)) throw error;
    return cannot(`missing what it needs: ${error.message}`);
  }
  const moved = [...movedParts(file, plan), ...changed.map((part) => `file:${part}`)];
  if (changed.length > 0) {
    const says = `drifted ${file.train}: ${changed.join(', ')} changed after the training; moved: ${moved.join(', ')}`;
    return { run: file.train, verdict: 'drifted', says, moved, files: whole };
  }
  const files: Record<string, boolean> = { ...whole };
  const seconds = file.stamp.seconds ?? Number.POSITIVE_INFINITY;
  const again = effects.retrain === true || seconds <= SHORT_SECONDS;
  if (again) Object.assign(files, await trainedAgain(file, recorded, scratch, effects));
  if (file.evaluation !== null) files['evaluation'] = await evaluatedAgain(file, plan, recorded, scratch, effects);
  const differing = Object.keys(files).filter((part) => !files[part]);
  const since = moved.length === 0 ? 'nothing in its stamp' : moved.join(', ');
  if (differing.length > 0) {
    const says = `drifted ${file.train}: ${differing.join(', ')} came out differently; moved: ${since}`;
    return { run: file.train, verdict: 'drifted', says, moved, files };
  }
  if (!again) {
    const took = Number.isFinite(seconds) ? `about ${Math.ceil(seconds / 60)} minutes` : 'as long as it took';
    return cannot(
      `its bundles are whole${file.evaluation === null ? '' : ' and earn on unseen time what it says'}, but it was not trained again. Training takes ${took}: hindcast verify --retrain; moved: ${since}`,
      moved,
      files,
    );
  }
  const policies = `${file.members.length} ${file.members.length === 1 ? 'bundle' : 'bundles'}`;
  const says = `verified ${file.train}: trained again, the same ${policies}${file.evaluation === null ? '' : ' and figures'}${moved.length === 0 ? ' from the same stamp' : `, though ${since} moved since`}`;
  return { run: file.train, verdict: 'verified', says, moved, files };
}

/** Bundles and curves that come of the settings today: whether each is the recorded one. */
async function trainedAgain(
  file: TrainFile,
  { data, files }: RecordedTraining,
  scratch: string,
  { clock, trainProgress, signal }: VerifyEffects,
): Promise<Record<string, boolean>> {
  const training = await trainPolicies(file.settings, {
    clock,
    resultsDir: join(scratch, 'results'),
    code: codeStamp(),
    ...(data && { data }),
    ...(files && { files }),
    ...(signal && { signal }),
    ...(trainProgress && { progress: trainProgress }),
  });
  if (training.interrupted) throw new HindcastError('verifyTraining: expected to train to the end, got a stop. Verify it again.');
  return Object.fromEntries(
    file.members.flatMap((member): [string, boolean][] => {
      const own = training.members.find(({ fold, seed }) => fold === member.fold && seed === member.seed);
      const part = partOf(file, member);
      return [
        [`${part}/bundle`, own?.bundle === member.bundle],
        ...(member.curveDigest === undefined
          ? []
          : [[`${part}/curve.jsonl`, own?.curveDigest === member.curveDigest] as [string, boolean]]),
      ];
    }),
  );
}

/** Whether the recorded policies still earn what train.json says. */
async function evaluatedAgain(
  file: TrainFile,
  plan: TrainingPlan,
  { folder, data, files }: RecordedTraining,
  scratch: string,
  { clock, signal }: VerifyEffects,
): Promise<boolean> {
  const spec = trainSpec(plan, files);
  // The same bars as the training's, loaded once.
  const play: Play = (strategy, span) => playAccounts({ ...spec, ...span, strategies: [strategy] }, { data: data ?? plan.ground.data });
  const members = file.members.map((member) => ({ ...member, folder: join(folder, partOf(file, member), 'bundle'), curve: [] }));
  const place = join(scratch, 'evaluation');
  writeTrainFile(place, file);
  const again = await evaluatePolicies({ file, folder: place, members }, play, {
    clock,
    resultsDir: scratch,
    trial: false,
    ...(signal && { signal }),
  });
  return hashOf(JSON.parse(JSON.stringify(again))) === hashOf(JSON.parse(JSON.stringify(file.evaluation)));
}
