/** What routing did in a run: share and cost of each tier, how good the kept answers were as far as can be told, and what going up was for. */
import type { Tier } from '../../llm/index.js';
import { type LadderAction, sideOf } from '../ladder.js';
import type { Judge, RoutedDecision } from './judged.js';

export interface Share {
  readonly count: number;
  readonly of: number;
  /** Null of nothing. */
  readonly share: number | null;
  /** 95 % interval: Wilson, JASA 22 (1927) 209-212. */
  readonly low: number | null;
  readonly high: number | null;
}

export interface RoutingReport {
  readonly decisions: number;
  readonly versions: readonly string[];
  readonly tiers: readonly {
    readonly tier: Tier;
    readonly decided: number;
    readonly share: number;
    readonly calls: number;
    readonly microYuan: number;
  }[];
  /** Spent on shadow calls, which decide nothing. */
  readonly shadowMicroYuan: number;
  readonly kept: {
    readonly decisions: number;
    /** Of the shadowed ones: the large tier took the same side. */
    readonly sameSide: Share;
    /** Of the shadowed ones with an outcome: the kept answer was right, and the large tier's would have been. */
    readonly right: Share;
    readonly largeRight: Share;
  };
  readonly escalated: {
    readonly decisions: number;
    /** The bigger tier came back with the same action: the call bought nothing. */
    readonly needless: Share;
    readonly needlessMicroYuan: number;
    /** With an outcome: the first answer was right and the last one was not. */
    readonly regretted: Share;
  };
  readonly abstained: Readonly<Record<string, number>>;
}

const Z = 1.959963984540054;

export function shareOf(count: number, of: number): Share {
  if (of === 0) return { count, of, share: null, low: null, high: null };
  const p = count / of;
  const centre = (p + (Z * Z) / (2 * of)) / (1 + (Z * Z) / of);
  const half = (Z / (1 + (Z * Z) / of)) * Math.sqrt((p * (1 - p)) / of + (Z * Z) / (4 * of * of));
  return { count, of, share: p, low: Math.max(0, centre - half), high: Math.min(1, centre + half) };
}

export function routingReport(decisions: readonly RoutedDecision[], judge: Judge = () => null): RoutingReport {
  const tiers = new Map<Tier, { decided: number; calls: number; microYuan: number }>();
  const tierOf = (tier: Tier) => {
    let found = tiers.get(tier);
    if (found === undefined) tiers.set(tier, (found = { decided: 0, calls: 0, microYuan: 0 }));
    return found;
  };
  const abstained: Record<string, number> = {};
  let shadowMicroYuan = 0;
  for (const { record } of decisions) {
    if (record.outcome === 'abstained') abstained[record.because ?? 'unknown'] = (abstained[record.because ?? 'unknown'] ?? 0) + 1;
    else tierOf(record.final).decided++;
    for (const { tier, microYuan } of record.tried) {
      tierOf(tier).calls++;
      tierOf(tier).microYuan += microYuan;
    }
    shadowMicroYuan += record.shadow?.microYuan ?? 0;
  }
  const kept = decisions.filter(({ record }) => record.outcome === 'kept');
  const shadowed = kept.flatMap((decision) => {
    const [own, large] = [decision.record.tried[0]!.action, decision.record.shadow?.action];
    return own === null || large === undefined || large === null ? [] : [{ decision, own, large }];
  });
  const judged = (pick: (one: (typeof shadowed)[number]) => LadderAction): Share => {
    const known = shadowed.flatMap((one) => judge(one.decision, pick(one)) ?? []);
    return shareOf(
      known.reduce((sum, right) => sum + right, 0),
      known.length,
    );
  };
  const escalated = decisions.filter(({ record }) => record.tried.length > 1);
  const ends = escalated.flatMap((decision) => {
    const { tried } = decision.record;
    const [first, last] = [tried[0]!.action, tried[tried.length - 1]!.action];
    return first === null || last === null
      ? []
      : [{ decision, first, last, microYuan: tried.slice(1).reduce((sum, one) => sum + one.microYuan, 0) }];
  });
  const needless = ends.filter(({ first, last }) => first === last);
  const settled = ends.flatMap(({ decision, first, last }) => {
    const [before, after] = [judge(decision, first), judge(decision, last)];
    return before === null || after === null ? [] : [{ before, after }];
  });
  return {
    decisions: decisions.length,
    versions: [...new Set(decisions.map(({ record }) => record.version))].sort(),
    tiers: [...tiers].map(([tier, row]) => ({ tier, share: decisions.length === 0 ? 0 : row.decided / decisions.length, ...row })),
    shadowMicroYuan,
    kept: {
      decisions: kept.length,
      sameSide: shareOf(shadowed.filter(({ own, large }) => sideOf(own) === sideOf(large)).length, shadowed.length),
      right: judged(({ own }) => own),
      largeRight: judged(({ large }) => large),
    },
    escalated: {
      decisions: escalated.length,
      needless: shareOf(needless.length, ends.length),
      needlessMicroYuan: needless.reduce((sum, { microYuan }) => sum + microYuan, 0),
      regretted: shareOf(settled.filter(({ before, after }) => before > after).length, settled.length),
    },
    abstained,
  };
}
