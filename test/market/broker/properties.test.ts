import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { CorporateAction, Fill, Position, Rejection, Side } from '../../../lib/core/index.js';
import {
  type BrokerBar,
  exRightReferenceTicks,
  limitDownTicks,
  limitUpTicks,
  type SessionRules,
  SimulatedBroker,
  totalFeesMinor,
} from '../../../lib/market/index.js';
import { bar, bookOf, byHolding, mainRules, order, ratio, stock, yuan } from './helpers.js';

const SYMBOLS = ['A', 'B', 'C'] as const;
const DAYS = 14;

/** What happens to one symbol in one session: price moves in thousandths, volume, and perhaps an order after the close. */
const event = fc.record({
  trades: fc.integer({ min: 0, max: 9 }).map((n) => n > 0),
  gap: fc.integer({ min: -110, max: 110 }),
  move: fc.integer({ min: -60, max: 60 }),
  volume: fc.constantFrom(0, 900, 4000, 1_000_000),
  side: fc.constantFrom('buy' as const, 'sell' as const, null),
  quantity: fc.integer({ min: 1, max: 4000 }),
  all: fc.boolean(),
});
const action = fc.record({
  symbol: fc.constantFrom(...SYMBOLS),
  exDay: fc.integer({ min: 2, max: DAYS - 1 }),
  wait: fc.integer({ min: 0, max: 3 }),
  cash: fc.integer({ min: 0, max: 40 }),
  bonus: fc.integer({ min: 0, max: 5 }),
  transfer: fc.integer({ min: 0, max: 10 }),
  origin: fc.constantFrom('declared' as const, 'derived' as const),
});
const world = fc.record({
  rules: fc.record({
    settlementSessions: fc.constantFrom(0 as const, 1 as const),
    lots: fc.constantFrom([100, 100, 100], [200, 1, 1], [1, 1, 1]),
    tax: fc.constantFrom({ kind: 'none' } as const, byHolding),
    slippageBp: fc.constantFrom(0, 20),
  }),
  sessions: fc.array(fc.tuple(event, event, event), { minLength: DAYS, maxLength: DAYS }),
  actions: fc.array(action, { maxLength: 4 }),
});
type World = typeof world extends fc.Arbitrary<infer T> ? T : never;

function prepare({ rules: chosen, actions }: World) {
  const [buyMinimum, buyStep, sellStep] = chosen.lots as [number, number, number];
  const rules: SessionRules = {
    ...mainRules,
    settlementSessions: chosen.settlementSessions,
    buyMinimum,
    buyStep,
    sellStep,
    dividendTax: chosen.tax,
  };
  const list = new Map<string, CorporateAction[]>(SYMBOLS.map((symbol) => [symbol, []]));
  for (const { symbol, exDay, wait, cash, bonus, transfer, origin } of actions) {
    // One action a symbol and day, as companies do.
    if (list.get(symbol)!.some((other) => other.exDay === exDay)) continue;
    list.get(symbol)!.push({
      symbol,
      exDay,
      payDay: exDay + wait,
      knownAt: 0,
      cash: ratio(cash, 1),
      bonus: ratio(bonus, 10),
      transfer: ratio(transfer, 10),
      origin,
    });
  }
  const make = (): SimulatedBroker =>
    new SimulatedBroker({
      instruments: SYMBOLS.map((symbol) => stock(symbol)),
      rulebook: bookOf(rules),
      actions: list,
      initialCashMinor: 10_000_000,
      slippageBp: chosen.slippageBp,
    });
  return { rules, list, make };
}

interface Watcher {
  opened?(account: SimulatedBroker, day: number, equityBefore: number): void;
  filled?(
    account: SimulatedBroker,
    day: number,
    bars: readonly BrokerBar[],
    fills: readonly Fill[],
    rejections: readonly Rejection[],
  ): void;
  closed?(account: SimulatedBroker, day: number, bars: readonly BrokerBar[]): SimulatedBroker | undefined;
}

/** Plays a world; prices walk, kept near the limits so that some opens touch them. */
function play(world: World, account: SimulatedBroker, watcher: Watcher = {}): SimulatedBroker {
  const last = new Map<string, number>(SYMBOLS.map((symbol) => [symbol, 1000]));
  let id = 0;
  for (let day = 1; day <= DAYS; day++) {
    const bars: BrokerBar[] = [];
    world.sessions[day - 1]!.forEach(({ trades, gap, move, volume }, i) => {
      if (!trades && day > 1) return;
      const symbol = SYMBOLS[i]!;
      const open = Math.max(1, Math.round((last.get(symbol)! * (1000 + gap)) / 1000));
      const close = Math.max(1, Math.round((open * (1000 + move)) / 1000));
      last.set(symbol, close);
      bars.push(bar(symbol, open, close, volume));
    });
    const before = account.equityMinor();
    account.openSession(day);
    watcher.opened?.(account, day, before);
    const { fills, rejections } = account.fillAtOpen(day, bars);
    watcher.filled?.(account, day, bars, fills, rejections);
    account.closeSession(day, bars);
    account = watcher.closed?.(account, day, bars) ?? account;
    const orders = world.sessions[day - 1]!.flatMap(({ side, quantity, all }, i) =>
      side === null ? [] : [order(SYMBOLS[i]!, side, quantity, { id: ++id, sellAll: side === 'sell' && all })],
    );
    account.submit(orders, day + 1);
  }
  return account;
}

const held = (account: SimulatedBroker, day: number) => new Map(account.portfolio(day, day).positions.map((p) => [p.symbol, p]));

test('value is conserved but for costs: at the open, at the ex-day, and in the ledger of cash', () => {
  fc.assert(
    fc.property(world, (script) => {
      const { list, make } = prepare(script);
      let ledger = 10_000_000;
      let before = new Map<string, number>();
      const account = play(script, make(), {
        opened(account, day, equityBefore) {
          // Rounding of an ex-day: half a tick and a bit a unit, a unit's price, half a fen a lot; a derived dividend changes nothing yet.
          let slack = 1;
          for (const [symbol, position] of held(account, day)) {
            if (list.get(symbol)!.some((a) => a.exDay === day)) slack += 0.5 * position.quantity + position.lastPriceTicks + 5;
          }
          expect(Math.abs(account.equityMinor() - equityBefore)).toBeLessThanOrEqual(slack);
          before = new Map([...held(account, day)].map(([symbol, position]) => [symbol, position.quantity]));
        },
        filled(account, day, bars, fills) {
          const opens = new Map(bars.map((b) => [b.symbol, b.open]));
          let costs = 0;
          for (const fill of fills) {
            const slip = Math.abs(fill.priceTicks - opens.get(fill.symbol)!) * fill.quantity;
            costs += fill.totalFeesMinor + slip;
            ledger += fill.cashDeltaMinor;
            before.set(fill.symbol, (before.get(fill.symbol) ?? 0) + (fill.side === 'buy' ? fill.quantity : -fill.quantity));
          }
          expect(account.equityMinor()).toBe(account.equityAtOpenMinor() - costs);
          for (const [symbol, quantity] of before) expect(held(account, day).get(symbol)?.quantity ?? 0).toBe(quantity);
        },
        closed(account, day) {
          const { cashMinor, frozenCashMinor, receivableMinor, totalEquityMinor, positions } = account.portfolio(day, day + 1);
          const worth = positions.reduce((sum, { quantity, lastPriceTicks }) => sum + quantity * lastPriceTicks, 0);
          expect(cashMinor + frozenCashMinor + receivableMinor + worth).toBe(totalEquityMinor);
          expect(account.equityMinor()).toBe(totalEquityMinor);
          return undefined;
        },
      });
      const paid = account.paid();
      expect(account.cashMinor()).toBe(ledger + paid.dividendsMinor);
    }),
    { numRuns: 300 },
  );
});

test('nothing bought today is sold today under T+1; sells never exceed what could be sold at the open', () => {
  fc.assert(
    fc.property(world, (script) => {
      const { rules, make } = prepare(script);
      let atOpen = new Map<string, Position>();
      play(script, make(), {
        opened(account, day) {
          atOpen = held(account, day);
        },
        filled(account, day, _bars, fills) {
          const after = held(account, day);
          for (const symbol of SYMBOLS) {
            const sum = (side: Side) =>
              fills.reduce((n, fill) => n + (fill.symbol === symbol && fill.side === side ? fill.quantity : 0), 0);
            expect(sum('sell')).toBeLessThanOrEqual(atOpen.get(symbol)?.sellableNow ?? 0);
            if (rules.settlementSessions === 0) continue;
            const boughtToday = (after.get(symbol)?.lots ?? []).reduce((n, lot) => n + (lot.boughtOn === day ? lot.quantity : 0), 0);
            expect(boughtToday).toBe(sum('buy'));
            expect(after.get(symbol)?.sellableNow ?? 0).toBe((atOpen.get(symbol)?.sellableNow ?? 0) - sum('sell'));
          }
        },
      });
    }),
    { numRuns: 150 },
  );
});

test('fills stay inside the limits and the volume, in lots; fees are those of the rules; cash never falls below zero', () => {
  fc.assert(
    fc.property(world, (script) => {
      const { rules, list, make } = prepare(script);
      const reference = new Map<string, number>();
      play(script, make(), {
        opened(_account, day) {
          for (const action of [...list.values()].flat()) {
            const known = reference.get(action.symbol);
            if (action.exDay === day && known !== undefined) reference.set(action.symbol, exRightReferenceTicks(known, action, yuan));
          }
        },
        filled(account, day, bars, fills, rejections) {
          const taken = new Map<string, number>();
          for (const fill of fills) {
            const today = bars.find((b) => b.symbol === fill.symbol)!;
            taken.set(fill.symbol, (taken.get(fill.symbol) ?? 0) + fill.quantity);
            expect(taken.get(fill.symbol)! * 4).toBeLessThanOrEqual(today.volume);
            const { dividendTax = 0, ...fees } = fill.feesMinor;
            const total = Object.values(fees).reduce((sum, fee) => sum + fee, 0);
            expect(total).toBe(totalFeesMinor(rules, fill.side, fill.quantity, fill.notionalMinor));
            expect(Math.min(total, dividendTax)).toBeGreaterThanOrEqual(0);
            expect(fill.notionalMinor).toBe(fill.quantity * fill.priceTicks);
            if (fill.side === 'buy') expect((fill.quantity - rules.buyMinimum) % rules.buyStep).toBe(0);
            const up = limitUpTicks(reference.get(fill.symbol)!, rules);
            const down = limitDownTicks(reference.get(fill.symbol)!, rules);
            if (fill.side === 'buy') expect(today.open).toBeLessThan(up);
            else expect(today.open).toBeGreaterThan(down);
            expect(fill.priceTicks).toBeLessThanOrEqual(Math.max(up, today.open));
            expect(fill.priceTicks).toBeGreaterThanOrEqual(Math.min(down, today.open));
          }
          for (const rejection of rejections) expect(rejection.quantity).toBeGreaterThan(0);
          const state = account.portfolio(day, day);
          expect(Math.min(state.cashMinor, state.frozenCashMinor)).toBeGreaterThanOrEqual(0);
        },
        closed(_account, _day, bars) {
          for (const { symbol, close } of bars) reference.set(symbol, close);
          return undefined;
        },
      });
    }),
    { numRuns: 150 },
  );
});

test('a run restored from its snapshot goes on to the byte', () => {
  fc.assert(
    fc.property(world, fc.integer({ min: 1, max: DAYS - 1 }), (script, cut) => {
      const { make } = prepare(script);
      const record = (log: string[], resumeAt: number | null): Watcher => ({
        filled: (account, day, _bars, fills, rejections) =>
          void log.push(JSON.stringify([day, fills, rejections, account.equityAtOpenMinor()])),
        closed: (account, day) => {
          log.push(JSON.stringify([account.portfolio(day, day + 1), account.paid()]));
          if (day !== resumeAt) return undefined;
          const fresh = make();
          fresh.restore(JSON.parse(JSON.stringify(account.snapshot())));
          return fresh;
        },
      });
      const straight: string[] = [];
      const resumed: string[] = [];
      const a = play(script, make(), record(straight, null));
      const b = play(script, make(), record(resumed, cut));
      expect(resumed).toEqual(straight);
      expect(JSON.stringify(b.snapshot())).toBe(JSON.stringify(a.snapshot()));
    }),
    { numRuns: 100 },
  );
});

test('a snapshot between the roll and the open, and between the open and the close, resumes too', () => {
  fc.assert(
    fc.property(world, fc.integer({ min: 2, max: DAYS - 1 }), (script, cut) => {
      const { make } = prepare(script);
      const straight = play(script, make());
      const reload = (account: SimulatedBroker, day: number): void => {
        if (day === cut) account.restore(JSON.parse(JSON.stringify(account.snapshot())));
      };
      const resumed = play(script, make(), { opened: reload, filled: reload });
      expect(JSON.stringify(resumed.snapshot())).toBe(JSON.stringify(straight.snapshot()));
    }),
    { numRuns: 60 },
  );
});
