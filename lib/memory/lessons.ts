/** From a run's decisions and their settled outcomes to rows: an episode a decision, a lesson once it matured, a maxim from many lessons. */
import { dateOf, dayOf, type Instant, isoOf } from '../core/index.js';
import type { NewMemoryRow } from './row.js';

/** What is remembered of a decision: its day's information only. */
export interface RememberedDecision {
  readonly id: string;
  readonly symbol: string;
  /** Name and short names, for full-text search. */
  readonly aliases: string;
  readonly decidedAt: Instant;
  /** The strategy's own words for the day's information. */
  readonly situation: string;
  readonly action: string | null;
  readonly confidence: number;
  readonly why: string;
}

/** What came of it, settled. */
export interface SettledOutcome {
  readonly decision: RememberedDecision;
  /** Sessions. */
  readonly horizon: number;
  readonly maturesAt: Instant;
  /** Total return of the instrument, position-free, and what the decision made of it after costs. null: could not be settled. */
  readonly instrumentReturn: number | null;
  readonly net: number | null;
  /** Of the market's index over the same span; null where there is none. */
  readonly benchmarkReturn: number | null;
}

/** Typed content of a lesson. */
export interface LessonBody {
  readonly decision: string;
  readonly symbol: string;
  readonly situation: string;
  readonly action: string | null;
  readonly horizon: number;
  readonly instrumentReturn: number;
  readonly net: number | null;
  readonly benchmarkReturn: number | null;
}

const dayText = (at: Instant): string => dateOf(dayOf(isoOf(at).slice(0, 10)));
const percent = (value: number): string => `${value >= 0 ? '+' : ''}${(100 * value).toFixed(2)} %`;

/** The day's information and what was decided on it; known from the barrier that writes it. */
export function episodeRow(decision: RememberedDecision, barrierAt: Instant): NewMemoryRow {
  const { id, symbol, aliases, decidedAt, situation, action, confidence, why } = decision;
  return {
    kind: 'episode',
    owner: 'shared',
    layer: 'fast',
    symbols: [symbol],
    aliases,
    eventAt: decidedAt,
    knownAt: barrierAt,
    maturesAt: null,
    supersedes: null,
    sources: [id],
    importance: confidence / 2,
    text: `${dayText(decidedAt)} ${symbol}: ${situation}. Decided ${action ?? 'to abstain'}: ${why}`,
    body: { decision: id, symbol, situation, action, confidence },
  };
}

/**
 * What a settled outcome taught; null where it could not be settled. Its importance grows with the size of the move (5 % counts as
 * large). The situation leads the text: likeness is sought by it.
 */
export function lessonRow(outcome: SettledOutcome, barrierAt: Instant): NewMemoryRow | null {
  const { decision, horizon, maturesAt, instrumentReturn, net, benchmarkReturn } = outcome;
  if (instrumentReturn === null) return null;
  const { id, symbol, aliases, decidedAt, situation, action } = decision;
  const body: LessonBody = { decision: id, symbol, situation, action, horizon, instrumentReturn, net, benchmarkReturn };
  return {
    kind: 'lesson',
    owner: 'shared',
    layer: 'medium',
    // A lesson is about the situation, whichever stock it was learned on.
    symbols: [],
    aliases,
    eventAt: decidedAt,
    knownAt: barrierAt,
    maturesAt,
    supersedes: null,
    sources: [id],
    importance: Math.min(1, Math.abs(instrumentReturn) / 0.05),
    text: lessonText(body, decidedAt),
    body: { ...body },
  };
}

/** The words of a lesson: also used where an ablation tells it wrongly. */
export const lessonText = (
  { symbol, situation, action, horizon, instrumentReturn, benchmarkReturn }: LessonBody,
  decidedAt: Instant,
): string =>
  `${situation}. ${dayText(decidedAt)} ${symbol}: ${action ?? 'no decision'}, then ${percent(instrumentReturn)} over ${horizon} session${horizon === 1 ? '' : 's'}${benchmarkReturn === null ? '' : `, the market ${percent(benchmarkReturn)}`}.`;

/** Lessons that a maxim needs, and the t value that their mean return must pass. */
const MAXIM_LESSONS = 12;
const MAXIM_T = 2.5;

/**
 * Short rules from many matured lessons of one situation: the bull remembers what rose, the bear what fell, the judge and the trader
 * both, the risk manager what moved most. `previous`: ids of the maxims that each new one replaces, by owner and situation.
 */
export function maximRows(
  lessons: readonly { readonly id: string; readonly body: LessonBody; readonly maturesAt: Instant }[],
  barrierAt: Instant,
  previous: (owner: NewMemoryRow['owner'], situation: string) => string | null = () => null,
): NewMemoryRow[] {
  const groups = new Map<string, (typeof lessons)[number][]>();
  for (const lesson of lessons) {
    const group = groups.get(lesson.body.situation);
    if (group) group.push(lesson);
    else groups.set(lesson.body.situation, [lesson]);
  }
  const rows: NewMemoryRow[] = [];
  for (const [situation, group] of groups) {
    if (group.length < MAXIM_LESSONS) continue;
    const returns = group.map(({ body }) => body.instrumentReturn);
    const mean = returns.reduce((sum, r) => sum + r, 0) / returns.length;
    const deviation = Math.sqrt(returns.reduce((sum, r) => sum + (r - mean) ** 2, 0) / (returns.length - 1));
    const t = (mean / deviation) * Math.sqrt(returns.length);
    if (!(Math.abs(t) >= MAXIM_T)) continue;
    const owners: NewMemoryRow['owner'][] = [
      mean > 0 ? 'bull' : 'bear',
      'trader',
      'invest_judge',
      ...(deviation > 0.05 ? (['risk_manager'] as const) : []),
    ];
    for (const owner of owners) {
      rows.push({
        kind: 'maxim',
        owner,
        layer: 'slow',
        symbols: [],
        aliases: '',
        eventAt: Math.min(...group.map(({ maturesAt }) => maturesAt)),
        knownAt: barrierAt,
        maturesAt: Math.max(...group.map(({ maturesAt }) => maturesAt)),
        supersedes: previous(owner, situation),
        sources: group.map(({ id }) => id),
        importance: Math.min(1, Math.abs(t) / 10),
        text: `${situation}: ${mean > 0 ? 'rose' : 'fell'} by ${percent(mean)} on average afterwards, ${group.length} times, spread ${percent(deviation).slice(1)}.`,
        body: { situation, count: group.length, mean, deviation, t },
      });
    }
  }
  return rows;
}
