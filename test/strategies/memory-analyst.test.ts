import { expect, test } from 'vitest';
import type { NewsItem, PortfolioState, Recall, View } from '../../lib/core/index.js';
import { strategyOf } from '../../lib/strategies/index.js';
import { account } from './fake-view.js';

const DAY = 86_400_000;
const item = (day: number, title: string, text: string, symbols: string[]): NewsItem =>
  ({
    id: `n${day}${title}`,
    title,
    text,
    symbols,
    eventAt: day * DAY,
    knownAt: day * DAY,
    source: 'test',
    kind: 'news',
    language: 'en',
  }) as unknown as NewsItem;

const lesson = (situation: string, instrumentReturn: number, benchmarkReturn: number) => ({
  id: `${situation}${instrumentReturn}`,
  kind: 'lesson',
  text: situation,
  body: { situation, instrumentReturn, benchmarkReturn },
  eventAt: 0,
  knownAt: 0,
  score: 0.5,
});

/** A view of one day with the day's news and a given recall. */
function viewOf(day: number, news: readonly NewsItem[], recall: Recall, portfolio: PortfolioState): { view: View; asked: string[] } {
  const asked: string[] = [];
  const view = {
    asOf: day * DAY,
    news: ({ symbols, since = 0 }: { symbols?: string[]; since?: number }) =>
      news.filter(
        (one) => one.knownAt >= since && one.knownAt <= day * DAY && (!symbols || symbols.some((symbol) => one.symbols.includes(symbol))),
      ),
    portfolio: () => portfolio,
    recall: async ({ text }: { text: string }) => {
      asked.push(text);
      return recall;
    },
  };
  return { view: view as unknown as View, asked };
}

const flat = account({ cashMinor: 1_000_000, holdings: [], day: 5 });
const beat = item(5, 'Lab Banks 600001: quarter', 'Net profit changed by 22.0 % on the year. Analysts had expected 8.1 %.', ['A']);
const easing = item(4, 'Central bank lowers reserve ratio by 0.5 %', '', []);
const situation = 'figures far above expectations | market: Central bank lowers reserve ratio by';

test('puts the day into words without names and numbers, and goes by lessons of like news', async () => {
  const strategy = strategyOf('memory:v1');
  const recalled: Recall = {
    status: 'ok',
    items: [
      ...Array.from({ length: 6 }, () => lesson(situation, 0.03, 0.01)),
      // Alike in words, opposite in kind: it must not count.
      ...Array.from({ length: 20 }, () => lesson('figures far below expectations | market: x', -0.2, 0)),
    ],
  };
  const { view, asked } = viewOf(5, [beat, easing], recalled, flat);
  const step = await strategy.decide(view, ['A'], { seen: 4 * DAY, held: -1 });
  expect(asked).toEqual([situation]);
  expect(step.intents).toMatchObject([
    { action: 'BUY_PART', why: '6 lessons of such days: expects 1.50 % over the market', detail: { situation, memory: { status: 'ok' } } },
  ]);
  expect(step.intents[0]!.evidence.map(({ kind }) => kind).slice(0, 3)).toEqual(['news', 'news', 'memory']);
  expect(step.state).toEqual({ seen: 5 * DAY, held: 0 });
});

test('goes on without memory when it is degraded, empty or too thin; and is quiet without news', async () => {
  const strategy = strategyOf('memory:v1');
  const decide = async (recall: Recall, news = [beat, easing]) => {
    const { view } = viewOf(5, news, recall, flat);
    return (await strategy.decide(view, ['A'], { seen: 4 * DAY, held: -1 })).intents;
  };
  expect(await decide({ status: 'degraded', reason: 'zero: all components are 0', items: [] })).toMatchObject([
    {
      action: 'HOLD',
      why: 'memory is degraded: zero: all components are 0',
      detail: { memory: { status: 'degraded', reason: 'zero: all components are 0' } },
    },
  ]);
  expect(await decide({ status: 'ok', items: [lesson(situation, 0.5, 0)] })).toMatchObject([{ action: 'HOLD' }]);
  expect(await decide({ status: 'ok', items: [] }, [easing])).toEqual([]);
  await expect(decide({ status: 'ok', items: [{ ...lesson(situation, 0.5, 0), body: null }] })).rejects.toThrow('Recall lessons only');
});
