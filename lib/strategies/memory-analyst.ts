/**
 * `memory:v1`, a deterministic analyst that knows nothing but what it remembers: it puts the day's news into a few words, recalls what
 * followed on such days, and trades when that was mostly good or bad. Without memory it holds. It is the ruler for what a memory is worth.
 */
import { z } from 'zod';
import { type EvidenceRef, InputError, type Intent, type NewsItem, type RecalledItem, type Step, type Strategy } from '../core/index.js';
import { inOut } from './in-out.js';
import { NO_INTENTS, positionIn } from './intents.js';
import { readParameters } from './parameters.js';

export const memoryAnalystSchema = z.strictObject({
  lessons: z.int().min(1).max(500).default(200).describe('lessons recalled for a situation'),
  atLeast: z.int().min(1).default(5).describe('lessons of such news in such times needed before it dares'),
  doubt: z.number().min(0).default(2).describe('lessons of no return that the others must outweigh'),
  edge: z.number().min(0).default(0.003).describe('return over the market to expect before it buys; below minus this it leaves'),
  hold: z.int().min(1).default(5).describe('sessions until a position is closed'),
  parts: z.int().min(1).default(10).describe('equal parts of the account; a symbol gets one'),
});

export interface MemoryAnalystState {
  /** Instant of the last decision: only later news is new. -1 at the start. */
  seen: number;
  /** Sessions since it bought; -1 when it holds nothing of its own. */
  held: number;
}

/** Days back in which news about the whole market still tells of the times, and how many items do: one alone may be off the mark. */
const CLIMATE_MS = 15 * 86_400_000;
const CLIMATE_ITEMS = 6;

export function memoryAnalyst(parameters: z.input<typeof memoryAnalystSchema> = {}): Strategy<MemoryAnalystState> {
  const rules = readParameters('memory:v1', memoryAnalystSchema, parameters);
  const { table, enter, leave } = inOut(rules.parts);
  return {
    id: 'memory:v1',
    scope: 'symbol',
    actions: table,
    init: () => ({ seen: -1, held: -1 }),
    async decide(view, symbols, state): Promise<Step<MemoryAnalystState>> {
      const symbol = symbols[0]!;
      const since = state.seen;
      state.seen = view.asOf;
      if (state.held >= 0) state.held++;
      const expired = state.held >= rules.hold && positionIn(view.portfolio(), symbol) !== undefined;
      const news = since < 0 ? [] : view.news({ symbols: [symbol], since: since + 1, limit: 3 });
      if (news.length === 0) {
        if (!expired) return { intents: NO_INTENTS, state };
        state.held = -1;
        return { intents: [{ symbol, action: leave, confidence: 1, why: `held for ${rules.hold} sessions`, evidence: [] }], state };
      }
      const climate = view
        .news({ since: view.asOf - CLIMATE_MS, limit: 200 })
        .filter((item) => item.symbols.length === 0)
        .slice(0, CLIMATE_ITEMS);
      const situation = situationOf(news, climate);
      const recall = await view.recall({ text: situation, kinds: ['lesson'], limit: rules.lessons });
      const memory = { status: recall.status, ...(recall.reason === undefined ? {} : { reason: recall.reason }) };
      const evidence = [...news, ...climate].map((item): EvidenceRef => ({ kind: 'news', id: item.id, knownAt: item.knownAt }));
      const { mean, counted } = whatFollowed(recall.items, situation, rules.doubt);
      for (const { id, knownAt } of counted) evidence.push({ kind: 'memory', id, knownAt });
      const count = counted.length;
      const common = { symbol, evidence, detail: { situation, memory } };
      const confidence = Math.min(1, Math.abs(mean) / (4 * rules.edge || 1));
      const holds = positionIn(view.portfolio(), symbol) !== undefined;
      const why =
        recall.status === 'degraded'
          ? `memory is degraded: ${recall.reason}`
          : `${count} lessons of such days: expects ${(100 * mean).toFixed(2)} % over the market`;
      const intent = (action: string): Intent => ({ ...common, action, confidence, why });
      if (count >= rules.atLeast && mean >= rules.edge && !holds) {
        state.held = 0;
        return { intents: [intent(enter)], state };
      }
      if (holds && (expired || (count >= rules.atLeast && mean <= -rules.edge))) {
        state.held = -1;
        return { intents: [intent(leave)], state };
      }
      return { intents: [intent('HOLD')], state };
    },
  };
}

const BETWEEN = ' | market: ';

/**
 * The day's information in words from a small stock, so that like days read alike: how the figures of the news stand to what was
 * hoped for, else its title; and the titles of the times. Names and numbers are left out.
 */
export function situationOf(news: readonly NewsItem[], climate: readonly NewsItem[]): string {
  const company = [...new Set(news.map((item) => figuresOf(item.text) ?? plain(item.title)))].join('; ');
  const times = [...new Set(climate.map(({ title }) => plain(title)))].sort().join('; ');
  return times === '' ? company : company + BETWEEN + times;
}

/** Points between two percentages from which the difference is called large. */
const LARGE_POINTS = 10;

/** What a text says that gives one percentage and then what had been expected; null for any other. */
function figuresOf(text: string): string | null {
  const figures = [...text.matchAll(/(-?\d+(?:\.\d+)?)\s*%/g)].map((match) => Number(match[1]));
  if (figures.length !== 2) return null;
  const points = figures[0]! - figures[1]!;
  const size = Math.abs(points) >= LARGE_POINTS ? 'far ' : '';
  return `figures ${size}${points >= 0 ? 'above' : 'below'} expectations`;
}

const plain = (title: string): string =>
  title
    .replace(/[\d.,%]+/g, '')
    .replace(/\s+/g, ' ')
    .trim();

/**
 * Mean return over the market that the recalled lessons of the same kind of news tell, each weighed by the squared share of the words
 * about the times that it has in common with today; `doubt` lessons of nothing beside them. Recall brings what is alike; but a miss is
 * no beat, and a panic no rally, however alike the words. Throws InputError on a lesson without a return.
 */
function whatFollowed(items: readonly RecalledItem[], situation: string, doubt: number): { mean: number; counted: RecalledItem[] } {
  const today = partsOf(situation);
  let sum = 0;
  let weight = 0;
  const counted: RecalledItem[] = [];
  for (const item of items) {
    const lesson = item.body as { situation?: unknown; instrumentReturn?: unknown; benchmarkReturn?: unknown } | null;
    if (typeof lesson?.instrumentReturn !== 'number' || typeof lesson.situation !== 'string') {
      throw new InputError(`memory:v1: expected lessons with a return, got ${item.id} without. Recall lessons only.`);
    }
    const then = partsOf(lesson.situation);
    const likeness = then.company === today.company ? shared(then.times, today.times) ** 2 : 0;
    if (likeness === 0) continue;
    sum += likeness * (lesson.instrumentReturn - (typeof lesson.benchmarkReturn === 'number' ? lesson.benchmarkReturn : 0));
    weight += likeness;
    counted.push(item);
  }
  return { mean: weight === 0 ? 0 : sum / (weight + doubt), counted };
}

/** The two halves of {@link situationOf}. */
function partsOf(situation: string): { company: string; times: ReadonlySet<string> } {
  const [company, times] = situation.split(BETWEEN);
  return { company: company!, times: new Set(times?.split('; ')) };
}

/** Part of all members of two sets that both have; 1 for two empty ones. */
function shared(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  const both = [...a].filter((one) => b.has(one)).length;
  const all = a.size + b.size - both;
  return all === 0 ? 1 : both / all;
}
