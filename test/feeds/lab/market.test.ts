import fc from 'fast-check';
import { expect, test } from 'vitest';
import { dateOf, dayOf, hashOf } from '../../../lib/core/index.js';
import { labMarket, labPreset, loadLab, sliceData } from '../../../lib/feeds/index.js';
import {
  calendarOf,
  describeSymbol,
  exRightReferenceTicks,
  limitDownTicks,
  limitUpTicks,
  rulebookFor,
  shareRatio,
} from '../../../lib/market/index.js';
import { barFrom, stocksOf } from './support.js';

const calendar = calendarOf('cn-a');
const lively = {
  symbols: 24,
  sessions: 420,
  from: '2020-06-01',
  newListingShare: 0.3,
  boards: { main: 0.4, chinext: 0.2, star: 0.2, bse: 0.2 },
  suspensionRate: 0.01,
  stRate: 0.003,
  newSharesShare: 0.5,
  news: { companyRate: 0.1 },
} as const;
const market = labMarket(lively, 11);

test('same seed, same bytes; another seed, other bytes', () => {
  const digest = (seed: number) => hashOf(labMarket(labPreset('small'), seed).data.digests);
  // The bytes of this generator and rulebook cn-a@1:
  // node --import ./lib/boot.mjs -e "Promise.all([import('./lib/feeds/index.ts'),import('./lib/core/index.ts')]).then(([f,c])=>console.log(c.hashOf(f.loadLab('lab:small@7').digests)))"
  expect(digest(7)).toBe('08c93995935145b02cb3af6ac1318d6b3ef0c654971b168c528727e91f7c3ab3');
  expect(hashOf(loadLab('lab:small@7').digests)).toBe(digest(7));
  expect(digest(8)).not.toBe(digest(7));
  expect(hashOf(loadLab('lab:small').digests)).toBe(digest(1));
});

test('a longer market begins with the shorter one: bars, factors, actions, items, truth, halts, index', () => {
  // Cut on the evenings on which something is about to change, too.
  const { sessions: days, suspensions } = market.truth;
  const statuses = market.data.instruments.flatMap((i) => i.statuses ?? []);
  const evening = (next: number | undefined): number => days.indexOf(next ?? -1);
  const cuts = [
    ...suspensions.slice(0, 3).map((halt) => evening(halt.from)),
    ...suspensions.slice(0, 3).map((halt) => days.indexOf(halt.to ?? -1) + 1),
    ...statuses.slice(0, 3).map((status) => evening(status.from)),
    ...statuses.slice(0, 3).map((status) => days.findIndex((day) => day > (status.to ?? 1e9))),
  ].filter((cut) => cut > 30);
  expect(cuts.length).toBeGreaterThan(7);
  for (const sessions of [60, 251, 333, ...cuts]) {
    const short = labMarket({ ...lively, sessions }, 11);
    const to = short.truth.sessions[sessions - 1]!;
    const symbols = short.data.instruments.map((i) => i.symbol);
    const sliced = sliceData(market.data, { symbols, to });
    const { news: _short, ...shortDigests } = short.data.digests;
    const { news: _sliced, ...slicedDigests } = sliced.digests;
    expect(shortDigests).toEqual(slicedDigests);
    for (const symbol of market.data.series.keys()) {
      if (!symbols.includes(symbol)) expect(market.data.series.get(symbol)!.day[0]!).toBeGreaterThan(to);
    }
    const madeBy = market.truth.items.map((item) => item.madeOn <= to);
    expect(short.data.news).toEqual(market.data.news.filter((_, i) => madeBy[i]));
    expect(short.truth.items).toEqual(market.truth.items.filter((_, i) => madeBy[i]));
    expect(short.truth.regime).toEqual(market.truth.regime.slice(0, sessions));
    for (const symbol of stocksOf(short)) {
      const [a, b] = [short.truth.stocks.get(symbol)!, market.truth.stocks.get(symbol)!];
      const length = a.expected.length;
      expect({
        ...b,
        expected: b.expected.slice(0, length),
        deviation: b.deviation.slice(0, length),
        complexity: b.complexity.slice(0, length),
      }).toEqual(a);
      const statusOn = (whose: typeof market, day: number) =>
        whose.data.instruments.find((i) => i.symbol === symbol)!.statuses?.find((s) => s.from <= day && day <= (s.to ?? 1e9))?.status;
      for (const day of short.truth.sessions) expect(statusOn(short, day)).toBe(statusOn(market, day));
    }
    // A halt noticed on the last evening begins after it; one that goes on has no end yet.
    const halts = (whose: typeof market) =>
      whose.truth.suspensions
        .map((halt) => ({
          symbol: halt.symbol,
          reason: halt.reason,
          from: halt.from,
          to: halt.to !== undefined && halt.to <= to ? halt.to : null,
        }))
        .filter((halt) => calendar.shift(halt.from, -1) <= to)
        .sort((a, b) => a.from - b.from || (a.symbol < b.symbol ? -1 : 1));
    expect(halts(short)).toEqual(halts(market));
  }
});

test('more symbols leave the others as they are: bars, items and truth; only the index moves', () => {
  const fewer = labMarket({ ...lively, symbols: 10 }, 11);
  for (const symbol of stocksOf(fewer)) {
    expect(fewer.data.digests[symbol]).toBe(market.data.digests[symbol]);
    expect(fewer.truth.stocks.get(symbol)).toEqual(market.truth.stocks.get(symbol));
    expect(fewer.truth.items.filter((item) => item.symbol === symbol)).toEqual(market.truth.items.filter((item) => item.symbol === symbol));
  }
  // Nor does it matter which stocks are made before it.
  const others = labMarket({ ...lively, boards: { main: 0, chinext: 0, star: 1, bse: 1 } }, 11);
  for (const symbol of stocksOf(market).filter((s) => /^(689|929)/.test(s)))
    expect(others.data.digests[symbol]).toBe(market.data.digests[symbol]);
  expect(fewer.truth.regime).toEqual(market.truth.regime);
  expect(fewer.data.digests[fewer.data.index!]).not.toBe(market.data.digests[market.data.index!]);
});

test('synthetic is said: flag, source, notes, names, sources of news', () => {
  const { data } = market;
  expect(data.synthetic).toBe(true);
  expect(data.source).toMatch(/^lab:[0-9a-f]{16}$/);
  expect(data.notes[0]).toMatch(/^Synthetic: /);
  for (const { name } of data.instruments) expect(name).toContain('(synthetic)');
  for (const { source } of data.news) expect(source).toContain('(synthetic)');
});

test('every board is there by its codes, and no stock trades before its board or its listing', () => {
  const boards = new Set<string>();
  for (const instrument of market.data.instruments) {
    const told = describeSymbol(instrument.symbol);
    expect([instrument.board, instrument.kind, instrument.market]).toEqual([told.board, told.kind, 'cn-a']);
    boards.add(instrument.board);
    const series = market.data.series.get(instrument.symbol)!;
    if (instrument.listedOn !== undefined) expect(series.day[0]!).toBeGreaterThanOrEqual(instrument.listedOn);
    for (let i = 0; i < series.length; i++) expect(series.knownAt[i]).toBe(calendar.closeAt(series.day[i]!));
  }
  expect([...boards].sort()).toEqual(['bse', 'chinext', 'index', 'sh-main', 'star', 'sz-main']);
});

/** Bars of every stock against the rulebook: whole ticks in order, inside the limits of the ex-right reference. Counts closes at a limit. */
function checkBars(made: typeof market): { bars: number; hits: number } {
  const rulebook = rulebookFor('cn-a');
  let [bars, hits] = [0, 0];
  for (const symbol of stocksOf(made)) {
    const instrument = made.data.instruments.find((i) => i.symbol === symbol)!;
    const series = made.data.series.get(symbol)!;
    const actions = made.data.actions.get(symbol)!;
    for (let i = 0; i < series.length; i++) {
      const day = series.day[i]!;
      const [open, high, low, close, volume] = [series.open[i]!, series.high[i]!, series.low[i]!, series.close[i]!, series.volume[i]!];
      const action = actions.find((a) => a.exDay === day);
      const before = i === 0 ? made.truth.stocks.get(symbol)!.firstReferenceTicks : series.close[i - 1]!;
      const reference = action ? exRightReferenceTicks(before, action, instrument.units) : before;
      const rules = rulebook.rulesFor(instrument, day);
      const [up, down] = [limitUpTicks(reference, rules), limitDownTicks(reference, rules)];
      const sound =
        [open, high, low, close, volume].every(Number.isSafeInteger) &&
        low >= Math.max(1, down) &&
        high <= up &&
        low <= Math.min(open, close) &&
        high >= Math.max(open, close) &&
        volume > 0 &&
        rules.tradable;
      if (!sound) throw new Error(`${symbol} ${dateOf(day)}: ${[open, high, low, close, volume]} outside ${down}..${up}`);
      bars++;
      if (close === up || close === down) hits++;
    }
  }
  return { bars, hits };
}

test('no price ever leaves its limits, whatever the seed and however wild the market', () => {
  expect(checkBars(market).bars).toBeGreaterThan(6000);
  fc.assert(
    fc.property(
      fc.integer(),
      fc.constantFrom('2008-01-02', '2013-06-03', '2019-07-01', '2020-08-03', '2021-10-08', '2023-02-01', '2025-01-02'),
      fc.record({ low: fc.constant(0.01), high: fc.double({ min: 0.02, max: 0.15, noNaN: true }) }),
      fc.double({ min: 0, max: 0.05, noNaN: true }),
      (seed, from, ownDeviation, rate) => {
        checkBars(
          labMarket(
            { ...lively, symbols: 6, sessions: 150, from, ownDeviation, suspensionRate: rate, stRate: rate, newSharesShare: 1 },
            seed,
          ),
        );
      },
    ),
    { numRuns: 25 },
  );
});

test('closes at a limit are about as rare as in real bars', () => {
  // Embedded A-shares, 2007 to 2020: 0.4 % to 4.0 % of closes, see stylised.test.ts
  const { bars, hits } = checkBars(labMarket({ symbols: 40, sessions: 1200 }, 3));
  expect(hits / bars).toBeGreaterThan(0.002);
  expect(hits / bars).toBeLessThan(0.03);
});

test('every hole in the bars is a halt with its reason, noticed before it began', () => {
  let holes = 0;
  for (const symbol of stocksOf(market)) {
    const series = market.data.series.get(symbol)!;
    const halts = market.truth.suspensions.filter((halt) => halt.symbol === symbol);
    const traded = new Set(series.day);
    const first = series.day[0]!;
    for (const day of market.truth.sessions) {
      if (day < first) continue;
      const halted = halts.some((halt) => halt.from <= day && day <= (halt.to ?? 1e9));
      expect(traded.has(day)).toBe(!halted);
    }
    for (const halt of halts) {
      const told = market.truth.items.findIndex(
        (item) => item.symbol === symbol && item.id.endsWith(`${dateOf(calendar.shift(halt.from, -1))}:halt`),
      );
      expect(market.data.news[told]!.knownAt).toBeLessThan(calendar.openAt(halt.from));
      expect(['restructuring', 'shareholder-meeting', 'abnormal-trading', 'inquiry']).toContain(halt.reason);
      holes++;
    }
  }
  expect(holes).toBeGreaterThan(20);
});

test('ST spans are noticed the evening before and halve the limits of the main board', () => {
  const rulebook = rulebookFor('cn-a');
  let spans = 0;
  for (const instrument of market.data.instruments) {
    for (const { status, from } of instrument.statuses ?? []) {
      expect(status).toBe('ST');
      const notice = market.truth.items.findIndex((i) => i.id === `lab:${instrument.symbol}:${dateOf(calendar.shift(from, -1))}:st`);
      expect(market.data.news[notice]!.knownAt).toBeLessThan(calendar.openAt(from));
      if (instrument.board.endsWith('main'))
        expect(rulebook.rulesFor(instrument, from).priceLimit!.up).toEqual({ numerator: 5, denominator: 100 });
      spans++;
    }
  }
  expect(spans).toBeGreaterThan(3);
});

test('distributions conserve value: the raw price drops, the total return does not notice', () => {
  let [cash, shares] = [0, 0];
  const noticed: number[] = [];
  for (const symbol of stocksOf(market)) {
    const { units } = market.data.instruments.find((i) => i.symbol === symbol)!;
    const series = market.data.series.get(symbol)!;
    expect(series.factor[0]).toBe(1);
    const exDays = new Set<number>();
    for (const action of market.data.actions.get(symbol)!) {
      const i = barFrom(series, action.exDay);
      expect(series.day[i]).toBe(action.exDay);
      exDays.add(i);
      const before = series.close[i - 1]!;
      const grown = shareRatio(action);
      const paid = action.cash ? action.cash.numerator / action.cash.denominator : 0;
      // What a holder of one share has before, and after at the reference price, which is rounded to a tick.
      const reference = exRightReferenceTicks(before, action, units);
      const after = (reference * grown.numerator) / grown.denominator + paid;
      expect(Math.abs(after - before)).toBeLessThanOrEqual((0.5 * grown.numerator) / grown.denominator + 1e-9);
      expect(series.factor[i]! / series.factor[i - 1]!).toBeCloseTo(before / ((before - paid) / (grown.numerator / grown.denominator)), 10);
      expect(action.knownAt).toBeLessThan(calendar.preopenAt(action.exDay));
      expect(market.data.news.some((item) => item.knownAt === action.knownAt && item.symbols[0] === symbol)).toBe(true);
      const total = (series.close[i]! * series.factor[i]!) / (before * series.factor[i - 1]!);
      noticed.push(Math.log(total) / market.truth.stocks.get(symbol)!.deviation[i]!);
      if (paid > 0) cash++;
      if (grown.numerator !== grown.denominator) shares++;
    }
    for (let i = 1; i < series.length; i++) if (!exDays.has(i)) expect(series.factor[i]).toBe(series.factor[i - 1]);
  }
  // Ex-days are sessions like others: a return of one deviation, not of the tenth or half that went.
  noticed.sort((a, b) => Math.abs(a) - Math.abs(b));
  expect(Math.abs(noticed[noticed.length >> 1]!)).toBeLessThan(1.2);
  expect(cash).toBeGreaterThan(5);
  expect(shares).toBeGreaterThan(5);
});

test('minute bars add up to the day exactly, are known minute by minute, and come out the same again', () => {
  for (const symbol of [...stocksOf(market).slice(0, 8), market.data.index!]) {
    const series = market.data.series.get(symbol)!;
    for (let i = 0; i < series.length; i += 17) {
      const day = series.day[i]!;
      const minutes = market.minuteBars(symbol, day);
      expect(minutes.length).toBe(240);
      expect([minutes.open[0], minutes.close[239], Math.max(...minutes.high), Math.min(...minutes.low)]).toEqual([
        series.open[i],
        series.close[i],
        series.high[i],
        series.low[i],
      ]);
      expect(minutes.volume.reduce((sum, v) => sum + v, 0)).toBe(series.volume[i]);
      for (let m = 0; m < 240; m++) {
        const [o, h, l, c, v] = [minutes.open[m]!, minutes.high[m]!, minutes.low[m]!, minutes.close[m]!, minutes.volume[m]!];
        if (!(l <= Math.min(o, c) && h >= Math.max(o, c) && [o, h, l, c, v].every(Number.isSafeInteger) && v > 0))
          throw new Error(`${symbol} ${dateOf(day)} minute ${m}`);
        if (m > 0) expect(o).toBe(minutes.close[m - 1]);
      }
      expect(minutes.factor[0]).toBe(series.factor[i]);
      expect(new Date(minutes.knownAt[0]!).toISOString()).toBe(`${dateOf(day)}T01:31:00.000Z`);
      expect(new Date(minutes.knownAt[119]!).toISOString()).toBe(`${dateOf(day)}T03:30:00.000Z`);
      expect(new Date(minutes.knownAt[120]!).toISOString()).toBe(`${dateOf(day)}T05:01:00.000Z`);
      expect(minutes.knownAt[239]).toBe(calendar.closeAt(day));
      expect(market.minuteBars(symbol, day)).toEqual(minutes);
    }
  }
  expect(() => market.minuteBars(stocksOf(market)[0]!, dayOf('2020-06-06'))).toThrow(/expected a session of .*, got 2020-06-06/);
  expect(() => market.minuteBars('600000.SH', dayOf('2020-06-05'))).toThrow(/expected a symbol of the market/);
});

test('settings that can not be met are refused with the key', () => {
  const of = (input: object) => () => labMarket(input, 1);
  expect(of({ symbols: 0 })).toThrow(/labSettings: .*symbols/);
  expect(of({ sesions: 5 })).toThrow(/sesions/);
  expect(of({ clustering: { shock: 0.5, memory: 0.5 } })).toThrow(/clustering/);
  expect(of({ news: { information: 1, horizon: 5 } })).toThrow(/news\.information/);
  expect(of({ news: { reading: { plain: 0, inText: 0, contrary: 0 } } })).toThrow(/news\.reading/);
  expect(of({ boards: { main: 0, chinext: 0, star: 0, bse: 0 } })).toThrow(/boards/);
  expect(of({ from: '2026-06-01', sessions: 2000 })).toThrow(/expected at most \d+ sessions/);
  expect(of({ symbols: 1000, sessions: 10, boards: { main: 1, chinext: 0, star: 0, bse: 0 } })).toThrow(/at most 400 stocks of sh-main/);
  expect(of({ from: '2018-01-02', sessions: 20, boards: { main: 0, chinext: 0, star: 0, bse: 1 } })).toThrow(/got none from 2018-01-02/);
  expect(() => labMarket({}, 1.5)).toThrow(/whole number/);
  for (const name of ['lab:', 'lab:none', 'lab:small@x', 'small', 'lab:constructor']) expect(() => loadLab(name)).toThrow(/expected/);
});
