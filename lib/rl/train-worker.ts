/** A thread of a training: takes members one after another, says each iteration, and how each ended. */
import { parentPort, workerData } from 'node:worker_threads';
import type { MarketData } from '../feeds/index.js';
import type { CurveRow } from './train-curve.js';
import { type GroundFiles, type TrainGround, trainGround } from './train-ground.js';
import { type Member, type MemberPlan, type MemberResult, trainMember } from './train-member.js';

export interface ThreadStart {
  readonly plan: MemberPlan;
  readonly data: MarketData;
  readonly files: GroundFiles;
  readonly folder: string;
  /** Its first number not 0: end soon, leaving a checkpoint. */
  readonly stop: Int32Array;
}

/** `ended`: null when it was stopped. */
export type ThreadAnswer =
  | { readonly member: Member; readonly row: CurveRow }
  | { readonly member: Member; readonly ended: MemberResult | null }
  | { readonly error: { readonly message: string; readonly isInput: boolean } };

const start = workerData as ThreadStart;
const say = (answer: ThreadAnswer): void => parentPort?.postMessage(answer);
let ground: TrainGround | undefined;

parentPort?.on('message', (member: Member) => {
  const { plan, data, files, folder, stop } = start;
  try {
    ground ??= trainGround(plan.settings, data, files);
    const onRow = (row: CurveRow): void => say({ member, row });
    say({ member, ended: trainMember(plan, member, ground, folder, { onRow, stopped: () => Atomics.load(stop, 0) !== 0 }) });
  } catch (error) {
    say({ error: { message: (error as Error).message, isInput: (error as { exitCode?: number }).exitCode === 2 } });
  }
});
