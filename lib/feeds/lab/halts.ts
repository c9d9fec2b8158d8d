/** Trading halts: for which reason one begins, and how long it lasts. */
import { type RandomState, randomFloat } from '../../core/index.js';
import type { LabSuspension } from './truth.js';

const REASONS: readonly { readonly reason: LabSuspension['reason']; readonly part: number; readonly meanSessions: number }[] = [
  { reason: 'restructuring', part: 0.35, meanSessions: 25 },
  { reason: 'inquiry', part: 0.15, meanSessions: 5 },
  { reason: 'abnormal-trading', part: 0.3, meanSessions: 2 },
  { reason: 'shareholder-meeting', part: 0.2, meanSessions: 1 },
];

/** Reason and length in sessions (geometric) of a halt that begins. */
export function haltOf(state: RandomState): { reason: LabSuspension['reason']; sessions: number } {
  let draw = randomFloat(state);
  const length = randomFloat(state);
  const found = REASONS.find(({ part }) => (draw -= part) < 0) ?? REASONS[REASONS.length - 1]!;
  const { reason, meanSessions } = found;
  return { reason, sessions: meanSessions === 1 ? 1 : 1 + Math.floor(Math.log(1 - length) / Math.log(1 - 1 / meanSessions)) };
}
