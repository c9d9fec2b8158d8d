/** What was recalled, as numbers and enums: rows of a memory may hold words of anybody. */
import type { Instant, RecalledItem } from '../core/index.js';
import { type LadderAction, ladder } from './ladder.js';
import { parseSituation } from './situation.js';

export interface LessonFacts {
  readonly id: string;
  readonly knownAt: Instant;
  readonly kind: 'lesson' | 'maxim';
  /** In the words of `situationOf` only; null where it was filed in other words. */
  readonly situation: string | null;
  readonly action: LadderAction | null;
  /** What followed: the instrument's return of a lesson, the mean of a maxim. */
  readonly followed: number;
  /** Lessons behind it. */
  readonly count: number;
}

/** Rows without numbers to read are left out. */
export function lessonFacts(items: readonly RecalledItem[]): LessonFacts[] {
  const facts: LessonFacts[] = [];
  for (const { id, kind, body, knownAt } of items) {
    const { situation, action, instrumentReturn, mean, count } = (body ?? {}) as Readonly<Record<string, unknown>>;
    const followed = kind === 'lesson' ? instrumentReturn : kind === 'maxim' ? mean : undefined;
    if (typeof followed !== 'number' || !Number.isFinite(followed)) continue;
    facts.push({
      id,
      knownAt,
      kind: kind as LessonFacts['kind'],
      situation: typeof situation === 'string' ? parseSituation(situation) : null,
      action: ladder.find((one) => one === action) ?? null,
      followed,
      count: kind === 'maxim' && typeof count === 'number' && Number.isInteger(count) ? count : 1,
    });
  }
  return facts;
}
