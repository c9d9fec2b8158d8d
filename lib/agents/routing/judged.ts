/** Routed decisions as cases: what was measured, what each tier said, and whether it was right. */
import type { LadderAction } from '../ladder.js';
import { sideOf } from '../ladder.js';
import type { JudgedCase } from './best-threshold.js';
import type { RoutingRecord } from './cascade.js';

/** A stored decision with its routing record. */
export interface RoutedDecision {
  readonly id: string;
  readonly record: RoutingRecord;
}

/** The last record of a decision's analyses: of the role that had the last word. */
export function routingOf(analyses: readonly unknown[]): RoutingRecord | undefined {
  return analyses.filter((one) => (one as { role?: unknown }).role === 'routing').pop() as RoutingRecord | undefined;
}

export type Signal = 'margin' | 'agreement' | 'complexity';
export const upWhen = (signal: Signal): 'below' | 'above' => (signal === 'complexity' ? 'above' : 'below');

/** Whether an action was right, 0 or 1; null where nobody knows yet. */
export type Judge = (decision: RoutedDecision, action: LadderAction) => number | null;

/** Right is the side that the market took: `label` of the outcome, -1, 0 or 1. */
export const bySide =
  (labels: ReadonlyMap<string, number | null>): Judge =>
  ({ id }, action) => {
    const label = labels.get(id);
    return label === undefined || label === null ? null : sideOf(action) === label ? 1 : 0;
  };

/**
 * The decisions where both the first tier and a bigger one answered. Those that went up are all there; of those that were kept only
 * the shadowed ones, so each of them stands for as many as were not asked about.
 */
export function judgedCases(decisions: readonly RoutedDecision[], signal: Signal, judge: Judge): JudgedCase[] {
  const cases: JudgedCase[] = [];
  for (const decision of decisions) {
    const { record } = decision;
    const value = record[signal];
    const kept = record.tried[0]?.action ?? null;
    const up = record.shadow ? record.shadow.action : record.tried.length > 1 ? record.tried[record.tried.length - 1]!.action : null;
    if (value === null || kept === null || up === null) continue;
    const [keptRight, upRight] = [judge(decision, kept), judge(decision, up)];
    if (keptRight === null || upRight === null) continue;
    cases.push({ signal: value, kept: keptRight, up: upRight, weight: record.shadow ? 1 / record.shadowShare : 1 });
  }
  return cases;
}
