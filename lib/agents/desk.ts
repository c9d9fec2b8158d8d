/** What lies on the desk for one decision: the same facts for every role, cut by the view. */
import type { Instant, Recall, View } from '../core/index.js';
import type { Meter } from '../llm/index.js';
import { type AgentCard, personaOf } from './card.js';
import {
  barsFragment,
  cardFragment,
  type Fragment,
  memoryFragment,
  portfolioFragment,
  readingsFragment,
  subjectFragment,
} from './fragment.js';
import { type LessonFacts, lessonFacts } from './lesson-facts.js';
import { type MarketFacts, marketFacts } from './market-facts.js';
import type { Names } from './masking.js';
import { newestReadings } from './newest-readings.js';
import { type PortfolioFacts, portfolioFacts } from './portfolio-facts.js';
import { READ_AT_ONCE, type Reading } from './reading.js';
import { situationOf } from './situation.js';

export type MemoryOwner = 'bull' | 'bear' | 'trader' | 'invest_judge' | 'risk_manager';

export interface Desk {
  readonly asOf: Instant;
  readonly card: AgentCard;
  readonly market: MarketFacts;
  readonly account: PortfolioFacts;
  readonly readings: readonly Reading[];
  readonly situation: string;
  readonly shown: {
    readonly card: Fragment<'card'>;
    readonly subject: Fragment<'subject'>;
    readonly bars: Fragment<'bars'>;
    readonly portfolio: Fragment<'portfolio'>;
    /** Empty without readings. */
    readonly readings: readonly Fragment<'readings'>[];
  };
  /** What a role remembers of such days. */
  recalled(owner: MemoryOwner): Promise<Recalled>;
  /** The worst state of all recalls so far; undefined when memory was not asked. */
  memoryState(): Pick<Recall, 'status' | 'reason'> | undefined;
}

export interface Recalled {
  readonly lessons: readonly LessonFacts[];
  /** Empty without lessons. */
  readonly shown: readonly Fragment<'memory'>[];
}

const NOTHING: Recalled = { lessons: [], shown: [] };
const STATES = ['ok', 'empty', 'degraded'] as const;

export function openDesk(
  view: View,
  symbol: string,
  readings: readonly Reading[],
  { card, names, meter }: { readonly card: AgentCard; readonly names: Names; readonly meter: Meter },
): Desk {
  const market = marketFacts(view, symbol);
  const account = portfolioFacts(view.portfolio(), symbol);
  const situation = situationOf(market, readings);
  const dayed = newestReadings(readings, READ_AT_ONCE).map((reading) => ({ ...reading, day: names.day(reading.knownAt, view.asOf) }));
  const asked = new Map<MemoryOwner, Promise<Recalled>>();
  let worst: Pick<Recall, 'status' | 'reason'> | undefined;

  async function recall(owner: MemoryOwner): Promise<Recalled> {
    const { status, reason, items } = await view.recall({ text: situation, kinds: ['lesson', 'maxim'], owner, limit: card.lessons });
    meter.add('memory_recall_total', { owner, status }, 1);
    if (worst === undefined || STATES.indexOf(status) > STATES.indexOf(worst.status))
      worst = { status, ...(reason !== undefined && { reason }) };
    // Degraded: whatever came of it is not trusted; the decision goes on without.
    const lessons = status === 'ok' ? lessonFacts(items) : [];
    if (lessons.length === 0) return NOTHING;
    return { lessons, shown: [memoryFragment(lessons.map((lesson) => ({ ...lesson, day: names.day(lesson.knownAt, view.asOf) })))] };
  }

  return {
    asOf: view.asOf,
    card,
    market,
    account,
    readings,
    situation,
    shown: {
      card: cardFragment(personaOf(card)),
      subject: subjectFragment(
        { name: names.symbol(symbol), date: names.day(view.asOf, view.asOf), horizonSessions: card.horizonSessions },
        view.asOf,
      ),
      bars: barsFragment(market),
      portfolio: portfolioFragment(account),
      readings: dayed.length === 0 ? [] : [readingsFragment(dayed)],
    },
    recalled(owner) {
      if (!card.memory) return Promise.resolve(NOTHING);
      let found = asked.get(owner);
      if (found === undefined) asked.set(owner, (found = recall(owner)));
      return found;
    },
    memoryState: () => worst,
  };
}
