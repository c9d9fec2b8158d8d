import { expect, test } from 'vitest';
import { FutureReadError, type PortfolioState, type Strategy, type View } from '../../lib/core/index.js';
import { calendarOf, seedFive } from '../../lib/market/index.js';
import { runReplay } from '../../lib/replay/index.js';
import { effects, lastDate, madeUpData, scratch } from './support.js';

const data = madeUpData({
  symbols: ['600000.SH', '000001.SZ'],
  from: '2016-03-01',
  sessions: 40,
  news: [0, 5, 39].map((i) => ({
    id: `n${i}`,
    symbols: ['600000.SH'],
    eventAt: 0,
    knownAt: calendarOf('cn-a').closeAt(calendarOf('cn-a').shift(16_861, i)) - 1000,
    title: `item ${i}`,
    text: 'text',
    source: 'test',
  })),
});

/** Runs a strategy that does `probe` at each decision and never trades. */
function probing(probe: (view: View, session: number) => void) {
  let session = 0;
  const strategy: Strategy<null> = {
    id: 'probe',
    scope: 'universe',
    actions: seedFive,
    init: () => null,
    decide: (view) => {
      probe(view, session++);
      return { intents: [], state: null };
    },
  };
  return runReplay(
    { data: 'test:made-up', symbols: ['600000.SH', '000001.SZ'], from: '2016-03-01', to: lastDate(data), strategies: [{ id: 'probe' }] },
    effects(scratch(), { data, strategy, audit: false, trial: false }),
  );
}

test('16861 is 2016-03-01, the first session of the made-up data', () => expect(data.series.get('600000.SH')!.day[0]).toBe(16_861));

test('a window ends with the session of the decision, and its buffer holds nothing later', async () => {
  const source = data.series.get('600000.SH')!;
  await probing((view, session) => {
    const window = view.bars('600000.SH', 1000);
    expect(window.length).toBe(session + 1);
    expect(window.close[session]).toBe(source.close[session]);
    const behind = new Float64Array(window.close.buffer);
    expect([...behind.subarray(session + 1)].every((value) => value === 0)).toBe(true);
    expect(window.maxKnownAt).toBeLessThanOrEqual(view.asOf);
  });
});

test('every door refuses an instant past the view', async () => {
  let refused = 0;
  const refuses = (read: () => unknown): void => {
    expect(read).toThrow(FutureReadError);
    refused++;
  };
  await probing((view) => {
    refuses(() => view.bars('600000.SH', 5, view.asOf + 1));
    refuses(() => view.bars('600000.SH', 5, Number.NaN));
    refuses(() => view.bars('600000.SH', 5, Number.POSITIVE_INFINITY));
    refuses(() => view.news({ until: view.asOf + 1 }));
    refuses(() => view.news({ since: view.asOf + 1 }));
  });
  expect(refused).toBe(40 * 5);
});

test('an unhandled future read ends the run', async () => {
  await expect(probing((view) => view.bars('600000.SH', 1, view.asOf + 86_400_000))).rejects.toThrow(FutureReadError);
});

test('an old view stays where it was: same bars, and no look at the account of today', async () => {
  let kept: View | undefined;
  let portfolio: PortfolioState | undefined;
  await probing((view, session) => {
    if (session === 3) {
      kept = view;
      portfolio = view.portfolio();
    }
    if (session < 10 || !kept) return;
    expect(kept.bars('600000.SH', 1000).length).toBe(4);
    expect(() => kept!.portfolio()).toThrow(FutureReadError);
    expect(portfolio!.asOf).toBe(kept.asOf);
  });
});

test('news appears when it is known, not before', async () => {
  await probing((view, session) => {
    const ids = view.news({ symbols: ['600000.SH'] }).map((item) => item.id);
    expect(ids).toEqual(session >= 39 ? ['n39', 'n5', 'n0'] : session >= 5 ? ['n5', 'n0'] : ['n0']);
  });
});

test('reads are logged with when they were known', async () => {
  await probing((view, session) => {
    view.bars('000001.SZ', 3);
    const [read] = view.reads.entries();
    expect(read!.id).toMatch(new RegExp(`^000001\\.SZ@\\d{4}-\\d{2}-\\d{2}#${Math.min(3, session + 1)}$`));
    expect(view.reads.maxKnownAt).toBe(view.asOf);
  });
});

test('a memory item known after the decision is refused', async () => {
  const strategy: Strategy<null> = {
    id: 'recalls',
    scope: 'symbol',
    actions: seedFive,
    init: () => null,
    decide: async (view) => {
      await view.recall({ text: 'anything' });
      return { intents: [], state: null };
    },
  };
  await expect(
    runReplay(
      { data: 'test:made-up', symbols: ['600000.SH'], from: '2016-03-01', to: lastDate(data), strategies: [{ id: 'recalls' }] },
      effects(scratch(), {
        data,
        strategy,
        audit: false,
        trial: false,
        recall: async (_query, asOf) => ({
          status: 'ok',
          items: [{ id: 'm1', kind: 'episode', body: null, eventAt: 0, text: 'tomorrow', knownAt: asOf + 1, score: 1 }],
        }),
      }),
    ),
  ).rejects.toThrow(FutureReadError);
});
