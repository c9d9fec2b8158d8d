/** Pack, for a training: its file, every seed's bundle and curve, its data slice, the rules that its settings name. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '../core/index.js';
import { planTraining, readTrainFile, trainedFolder } from '../rl/index.js';
import { TRAINING } from './open-pack.js';
import { type PackResult, packing } from './packing.js';
import { movedParts, wholeParts } from './training-parts.js';

/** What a seed's folder holds of a training that is done. */
const MEMBER_FILES = ['member.json', 'curve.jsonl', 'bundle/bundle.json', 'bundle/weights.safetensors'];

/** Throws InputError on an unfinished training, and when a bundle, its data or its rules changed since. */
export function packTraining(folder: string, out: string): PackResult {
  const file = readTrainFile(folder)!;
  const { train, settings } = file;
  if (file.status !== 'done')
    throw new InputError(`packTraining: expected a finished training, got ${train}, ${file.status}. Give its command again to finish it.`);
  const plan = planTraining(settings);
  const whole = wholeParts(folder, file);
  const changed = [
    ...Object.keys(whole).filter((part) => !whole[part]),
    ...movedParts(file, plan).filter((part) => /^(data:|rulebook|risk)/.test(part)),
  ];
  if (changed.length > 0) {
    throw new InputError(
      `packTraining: expected the parts of ${train} as they were, got others by now: ${changed.join(', ')}. Restore them, or train again and pack that.`,
    );
  }
  const zip = packing(file.stamp.code?.code ?? null);
  zip.add(`${TRAINING}/train.json`, readFileSync(join(folder, 'train.json')));
  for (const member of file.members) {
    const own = trainedFolder('', settings, member);
    for (const name of MEMBER_FILES) zip.add(`${TRAINING}/${own}/${name}`, readFileSync(join(folder, own, name)));
  }
  zip.addData(plan.ground.data, folder);
  if (settings.rulebook !== 'default') zip.add('rulebook.json', readFileSync(settings.rulebook));
  if (settings.risk !== 'none' && settings.risk !== 'house') zip.add('risk.json', readFileSync(settings.risk));
  return zip.write(out, train, plan.ground.data.source);
}
