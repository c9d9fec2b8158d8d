/** The parts of a recorded training: whether each is still what train.json says, and what that made them is another today. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { hashOf, InputError, sha256 } from '../core/index.js';
import { codeStamp } from '../replay/index.js';
import { loadBundle, type Member, type TrainFile, type TrainingPlan, trainedFolder } from '../rl/index.js';

/** Whether a folder holds a training rather than a run. */
export const isTraining = (folder: string): boolean => existsSync(join(folder, 'train.json'));

/** A seed's folder within the training's. */
export const partOf = (file: TrainFile, member: Member): string => trainedFolder('', file.settings, member);

/** Bundles and curves by their place in the folder: whether they are what train.json says. */
export function wholeParts(folder: string, file: TrainFile): Record<string, boolean> {
  return Object.fromEntries(
    file.members.flatMap((member): [string, boolean][] => {
      const part = partOf(file, member);
      const curve = join(folder, part, 'curve.jsonl');
      return [
        [`${part}/bundle`, bundleHash(join(folder, part, 'bundle')) === member.bundle],
        ...(member.curveDigest === undefined
          ? []
          : [[`${part}/curve.jsonl`, existsSync(curve) && sha256(readFileSync(curve)) === member.curveDigest] as [string, boolean]]),
      ];
    }),
  );
}

/** Null where no whole bundle lies. */
function bundleHash(folder: string): string | null {
  try {
    return loadBundle(folder).hash;
  } catch (error) {
    if (error instanceof InputError) return null;
    throw error;
  }
}

/** What made the training and is another today. */
export function movedParts({ stamp, kernel, features, configHash }: TrainFile, plan: TrainingPlan): string[] {
  const moved: string[] = [];
  const today = codeStamp();
  if (today.code.treeHash !== stamp.code?.code.treeHash) moved.push('code');
  if (today.lockfile !== stamp.code?.lockfile) moved.push('lockfile');
  if (today.runtime.node !== stamp.code?.runtime.node) moved.push('runtime');
  for (const [name, digest] of Object.entries(plan.digests)) {
    if (stamp.data[name] !== digest) moved.push(name === 'risk' ? 'risk' : `data:${name}`);
  }
  if (plan.rulebook !== stamp.rulebook) moved.push('rulebook');
  if (hashOf(plan.kernel) !== hashOf(kernel)) moved.push(`kernel:${kernel.name}`);
  if (hashOf(plan.features) !== hashOf(features.used)) moved.push('features');
  if (moved.every((part) => ['code', 'lockfile', 'runtime'].includes(part)) && plan.file.configHash !== configHash) moved.push('settings');
  return moved;
}
