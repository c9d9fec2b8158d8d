import { expect, test } from 'vitest';
import { DAY_MS, dateOf } from '../../../lib/core/index.js';
import { labMarket, labPreset } from '../../../lib/feeds/index.js';
import { calendarOf } from '../../../lib/market/index.js';
import { correlation, signals, stocksOf } from './support.js';

const calendar = calendarOf('cn-a');
const size = { symbols: 80, sessions: 1000, from: '2019-01-02' } as const;
const many = { companyRate: 0.08, misleadingShare: 0.2 } as const;

test.each([
  [0, 5, 1],
  [0.2, 5, 2],
  [0.4, 1, 3],
  [0.4, 5, 4],
  [0.7, 10, 5],
])('items of information %f over %i sessions correlate that much with what follows', (information, horizon, seed) => {
  const market = labMarket({ ...size, news: { ...many, information, horizon } }, seed);
  const found = signals(market);
  const signal = found.map(({ item }) => item.signal);
  const scaled = correlation(
    signal,
    found.map((outcome) => outcome.scaled),
  );
  expect(scaled.n).toBeGreaterThan(3000);
  expect(Math.abs(scaled.r - information)).toBeLessThan(scaled.slack);
  // In plain returns a calm and a wild time weigh differently, which costs up to a fifth of the correlation.
  const plain = correlation(
    signal,
    found.map((outcome) => outcome.plain),
  );
  expect(plain.r).toBeGreaterThan(0.8 * information - plain.slack);
  expect(plain.r).toBeLessThan(information + plain.slack);
  // Words that lie take away twice their share.
  const stated = correlation(
    found.map(({ item }) => item.stated),
    found.map((outcome) => outcome.scaled),
  );
  expect(Math.abs(stated.r - information * (1 - 2 * many.misleadingShare))).toBeLessThan(stated.slack);
});

test('a signal says nothing of the time before its item is seen', () => {
  const market = labMarket({ ...size, news: { ...many, information: 0.5, horizon: 3 } }, 6);
  const before: number[] = [];
  const signal: number[] = [];
  for (const { item } of signals(market)) {
    const series = market.data.series.get(item.symbol!)!;
    const at = series.day.indexOf(item.pushFrom);
    if (at < 4) continue;
    signal.push(item.signal);
    // Up to the open of the first pushed session: the gap after the item is not its doing either.
    before.push(Math.log((series.open[at]! * series.factor[at]!) / (series.close[at - 4]! * series.factor[at - 4]!)));
  }
  const { r, slack } = correlation(signal, before);
  expect(Math.abs(r)).toBeLessThan(slack);
});

const market = labMarket({ ...size, news: { ...many, information: 0.3, regimeClarity: 0.7, marketRate: 1 } }, 9);

test('items are known after they happen, when DESIGN says, and no close sees one that it could not', () => {
  const { news } = market.data;
  const kinds = { dateOnly: 0, midnight: 0, timed: 0 };
  news.forEach((item, i) => {
    const truth = market.truth.items[i]!;
    if (truth.id !== item.id) throw new Error(`${item.id} has another truth`);
    if (!(item.knownAt > item.eventAt)) throw new Error(`${item.id} known before it happened`);
    if (i > 0 && news[i - 1]!.knownAt > item.knownAt) throw new Error(`${item.id} out of order`);
    const local = (((item.knownAt + 8 * 3_600_000) % DAY_MS) + DAY_MS) % DAY_MS;
    if (local === DAY_MS - 1) kinds.dateOnly++;
    else if (local === 0) {
      kinds.midnight++;
      expect(item.knownAt).toBe(calendar.preopenAt(truth.seenFrom) - 9.25 * 3_600_000);
      expect(item.source).toContain('Filing');
    } else kinds.timed++;
    // First session whose close is not before knownAt.
    const seen = calendar.sessions[calendar.indexAtOrAfter(truth.madeOn) + (calendar.closeAt(truth.madeOn) >= item.knownAt ? 0 : 1)]!;
    if (truth.seenFrom !== seen || calendar.closeAt(seen) < item.knownAt)
      throw new Error(`${item.id} seen ${dateOf(truth.seenFrom)}, not ${dateOf(seen)}`);
    if (truth.signal !== 0) expect(truth.pushFrom).toBe(calendar.shift(seen, 1));
  });
  expect(Math.min(...Object.values(kinds))).toBeGreaterThan(100);
  expect(new Set(news.map((item) => item.id)).size).toBe(news.length);
});

test('the words carry the stated signal in both languages, whatever the title sounds like', () => {
  const counted = { en: 0, zh: 0, plain: 0, 'in-text': 0, contrary: 0, misleading: 0, all: 0, announcement: 0 };
  market.data.news.forEach((item, i) => {
    const truth = market.truth.items[i]!;
    if (truth.reading === null) return;
    const [got, hoped] = [...item.text.matchAll(/-?\d+\.\d/g)].map((match) => Number(match[0]));
    expect(Math.abs((got! - hoped!) / 12 - truth.stated)).toBeLessThan(0.01);
    expect(truth.stated).toBe(truth.misleading ? -truth.signal : truth.signal);
    expect(/[一-鿿]/.test(item.title)).toBe(truth.language === 'zh');
    const sounds = /beats|more orders|raises|超出|高于|上调|robust|landmark|bright|稳健|标志性|广阔/.test(item.title)
      ? 1
      : /falls short|fewer|cuts|不及|低于|下调|headwinds|loses|difficult|逆风|失去|艰难/.test(item.title)
        ? -1
        : 0;
    expect(sounds).toBe(truth.reading === 'plain' ? Math.sign(truth.stated) : truth.reading === 'contrary' ? -Math.sign(truth.stated) : 0);
    expect(truth.misleading && truth.kind === 'announcement').toBe(false);
    counted.all++;
    counted[truth.language]++;
    counted[truth.reading]++;
    if (truth.misleading) counted.misleading++;
    if (truth.kind === 'announcement') counted.announcement++;
  });
  // Settings: half Chinese; readings 50, 30, 20 %; 20 % misleading; 35 % announcements.
  const slack = 1.5 / Math.sqrt(counted.all);
  const wanted = { zh: 0.5, plain: 0.5, 'in-text': 0.3, contrary: 0.2, misleading: 0.2, announcement: 0.35 } as const;
  for (const [name, part] of Object.entries(wanted))
    expect(Math.abs(counted[name as keyof typeof wanted] / counted.all - part), name).toBeLessThan(slack);
});

test('regimes come back, look different in prices and volumes, and market items tell of them as clearly as set', () => {
  const { regime, settings, sessions } = market.truth;
  const spells = settings.regimes.map(() => 0);
  regime.forEach((now, t) => {
    if (t === 0 || regime[t - 1] !== now) spells[now]!++;
  });
  expect(Math.min(...spells)).toBeGreaterThanOrEqual(2);
  const index = market.data.series.get(market.data.index!)!;
  const size = (name: string): number => {
    const which = settings.regimes.findIndex((r) => r.name === name);
    let [sum, count] = [0, 0];
    for (let i = 1; i < index.length; i++) {
      if (regime[i] !== which || index.day[i] !== sessions[i]) continue;
      sum += Math.abs(Math.log(index.close[i]! / index.close[i - 1]!));
      count++;
    }
    return sum / count;
  };
  expect(size('panic')).toBeGreaterThan(1.5 * size('rally'));
  expect(size('rally')).toBeGreaterThan(size('range'));
  const told = market.truth.items.filter((item) => item.kind === 'market');
  const right = told.filter((item) => item.tellsRegime === regime[sessions.indexOf(item.madeOn)]).length / told.length;
  // Clarity 0.7, and one blind draw in five is right by chance.
  expect(Math.abs(right - (0.7 + 0.3 / 5))).toBeLessThan(1.5 / Math.sqrt(told.length));
});

test('where a regime turns the response to news around, good news falls there and rises elsewhere', () => {
  const recurring = labMarket({ ...labPreset('recurring'), symbols: 80 }, 2);
  const { regime, sessions, settings } = recurring.truth;
  const at = new Map(Array.from(sessions, (day, t) => [day, t]));
  const response = (item: { pushFrom: number; pushTo: number }, sign: number): boolean => {
    for (let t = at.get(item.pushFrom)!; t <= at.get(item.pushTo)!; t++)
      if (settings.regimes[regime[t]!]!.newsResponse !== sign) return false;
    return true;
  };
  for (const sign of [1, -1]) {
    const found = signals(recurring, (item) => at.has(item.pushTo) && response(item, sign));
    const { r, slack } = correlation(
      found.map(({ item }) => item.signal),
      found.map((outcome) => outcome.scaled),
    );
    expect(Math.abs(r - sign * settings.news.information)).toBeLessThan(slack);
  }
});

test('the expected return is unbiased, and zero throughout in the control market', () => {
  const [expected, realised]: [number[], number[]] = [[], []];
  for (const symbol of stocksOf(market)) {
    const series = market.data.series.get(symbol)!;
    const truth = market.truth.stocks.get(symbol)!;
    for (let i = 0; i < series.length; i++) {
      expected.push(truth.expected[i]! / truth.deviation[i]!);
      realised.push(Math.log(series.close[i]! / series.open[i]!) / truth.deviation[i]!);
    }
  }
  const variance = (x: readonly number[]): number => x.reduce((sum, v) => sum + v * v, 0) / x.length;
  const { r } = correlation(expected, realised);
  // Slope of realised on expected: 1 but for what the limits cut off and what ticks round.
  const slope = r * Math.sqrt(variance(realised) / variance(expected));
  expect(slope).toBeGreaterThan(0.85);
  expect(slope).toBeLessThan(1.15);
  // Each session's open-to-close return has the deviation that the truth says.
  expect(Math.sqrt(variance(realised))).toBeGreaterThan(0.93);
  expect(Math.sqrt(variance(realised))).toBeLessThan(1.07);
  const nothing = labMarket({ ...labPreset('nothing'), symbols: 10, sessions: 300 }, 1);
  for (const truth of nothing.truth.stocks.values()) expect(truth.expected.every((value) => value === 0)).toBe(true);
});

test('complexity follows from the items at work and the age of the regime', () => {
  const levels = { plain: 1, 'in-text': 2, contrary: 3 } as const;
  const { regime, sessions } = market.truth;
  const at = new Map(Array.from(sessions, (day, t) => [day, t]));
  const young = Array.from(regime, (_, t) => t >= 5 && [0, 1, 2, 3, 4].some((back) => regime[t - back] !== regime[t - back - 1]));
  const seen = new Set<number>();
  for (const symbol of stocksOf(market).slice(0, 20)) {
    const series = market.data.series.get(symbol)!;
    const items = market.truth.items.filter((item) => item.symbol === symbol && item.reading !== null);
    const { complexity } = market.truth.stocks.get(symbol)!;
    for (let i = 0; i < series.length; i++) {
      const day = series.day[i]!;
      const working = items.filter((item) => item.seenFrom <= day && day < item.pushTo);
      expect(working.length).toBeLessThanOrEqual(1);
      const level = working[0] ? levels[working[0].reading!] : 0;
      expect(complexity[i]).toBe(level + (young[at.get(day)!] ? 1 : 0));
      seen.add(complexity[i]!);
    }
  }
  expect([...seen].sort()).toEqual([0, 1, 2, 3, 4]);
});
