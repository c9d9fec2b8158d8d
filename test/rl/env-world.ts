/** Random little markets for the environment's tests, and the real broker driven through the same bars with the same actions. */
import fc from 'fast-check';
import type { ActionTable, BarSeries, CorporateAction, PortfolioState, RejectionReason, Units } from '../../lib/core/index.js';
import {
  allInOut,
  type RiskSettings,
  type Rulebook,
  type SessionRules,
  SimulatedBroker,
  seedFive,
  syntheticCalendar,
  targetWeights,
} from '../../lib/market/index.js';
import { chooseFeatures, type EnvMarket, envMarket, rlSchema } from '../../lib/rl/index.js';
import { createManager } from '../../lib/strategies/index.js';
import { byHolding, commission, mainRules, ratio, stamp, stock, transfer, yuan } from '../market/broker/helpers.js';

export const tables: readonly ActionTable[] = [
  seedFive,
  allInOut,
  targetWeights('env-thirds', { FLAT: 0, THIRD: 1 / 3, FULL: 1 }),
  {
    id: 'env-odd',
    rows: [
      { name: 'HOLD', size: { kind: 'none' } },
      { name: 'BUY_EQUITY', size: { kind: 'delta', side: 'buy', fraction: 0.3, basis: 'equity' } },
      { name: 'BUY_POSITION', size: { kind: 'delta', side: 'buy', fraction: 0.4, basis: 'position' } },
      { name: 'BUY_SELLABLE', size: { kind: 'delta', side: 'buy', fraction: 0.6, basis: 'sellable' } },
      { name: 'SELL_POSITION', size: { kind: 'delta', side: 'sell', fraction: 0.7, basis: 'position' } },
      { name: 'SELL_EQUITY', size: { kind: 'delta', side: 'sell', fraction: 0.2, basis: 'equity' } },
      { name: 'SELL_CASH', size: { kind: 'delta', side: 'sell', fraction: 0.5, basis: 'cash' } },
      { name: 'LEAVE', size: { kind: 'delta', side: 'sell', fraction: 1, basis: 'position' } },
    ],
  },
];

const bar = fc.record({
  /** Sessions until this bar's (0 = the same day, where bars are shorter than a day). */
  after: fc.constantFrom(0, 1, 1, 1, 1, 2, 3),
  gap: fc.integer({ min: -110, max: 110 }),
  move: fc.integer({ min: -60, max: 60 }),
  volume: fc.constantFrom(0, 900, 4000, 1_000_000, 1_000_000, 1_000_000),
  action: fc.nat(),
});
const corporate = fc.record({
  exDay: fc.integer({ min: 2, max: 40 }),
  wait: fc.integer({ min: 0, max: 3 }),
  cash: fc.integer({ min: 0, max: 40 }),
  bonus: fc.integer({ min: 0, max: 5 }),
  transfer: fc.integer({ min: -5, max: 10 }),
  origin: fc.constantFrom('declared' as const, 'derived' as const),
});

export const worlds = fc.record({
  table: fc.constantFrom(...tables),
  intraday: fc.boolean(),
  settlementSessions: fc.constantFrom(0 as const, 1 as const),
  lots: fc.constantFrom([100, 100, 100], [200, 1, 1], [1, 1, 1]),
  tax: fc.constantFrom({ kind: 'none' } as const, byHolding, { kind: 'flat', rate: ratio(10, 100) } as const),
  capped: fc.boolean(),
  limited: fc.boolean(),
  fees: fc.constantFrom(
    [],
    [commission, stamp, transfer],
    [
      { ...commission, maximumMinor: 900 },
      { ...transfer, basis: 'quantity', rate: ratio(1, 10), minimumMinor: 100 },
    ],
  ),
  slippageBp: fc.constantFrom(0, 20),
  risk: fc.constantFrom(null, { positionCap: 0.4, sectorCap: 0.35, grossCap: 1 }),
  delistedAfter: fc.constantFrom(null, null, null, 8),
  /** Least notional of an order, minor units. */
  least: fc.constantFrom(0, 0, 0, 300_000),
  coarse: fc.boolean(),
  cash: fc.constantFrom(10_000_000, 1_000_000, 150_000),
  bars: fc.array(bar, { minLength: 12, maxLength: 26 }),
  actions: fc.array(corporate, { maxLength: 3 }),
});
export type World = typeof worlds extends fc.Arbitrary<infer T> ? T : never;

export interface PreparedWorld {
  readonly world: World;
  readonly market: EnvMarket;
  readonly series: BarSeries;
  readonly broker: SimulatedBroker;
  readonly rulebook: Rulebook;
  readonly rules: SessionRules;
  readonly instrument: ReturnType<typeof stock>;
}

export const calendar = syntheticCalendar('env', 1, 200, 243);

/** Ticks of a hundredth of a fen: values round. */
const coarseUnits: Units = { ...yuan, tickSize: 0.0001, minorPerUnitTick: ratio(1, 100) };

export function prepare(world: World): PreparedWorld {
  const [buyMinimum, buyStep, sellStep] = world.lots as [number, number, number];
  const rules: SessionRules = {
    ...mainRules,
    settlementSessions: world.settlementSessions,
    buyMinimum,
    buyStep,
    sellStep,
    volumeCap: world.capped ? ratio(1, 4) : null,
    priceLimit: world.limited ? mainRules.priceLimit : null,
    fees: world.fees as SessionRules['fees'],
    dividendTax: world.tax,
    ...(world.least === 0 ? {} : { minimumNotionalMinor: world.least }),
  };
  const gone: SessionRules = { ...rules, tradable: false };
  const delistedOn = world.delistedAfter ?? undefined;
  const instrument = stock('A', { units: world.coarse ? coarseUnits : yuan, ...(delistedOn === undefined ? {} : { delistedOn }) });
  const rulebook: Rulebook = {
    id: 'test',
    version: '1',
    rulesFor: (_, day) => (delistedOn !== undefined && day > delistedOn + 2 ? gone : rules),
  };
  const scale = world.coarse ? 100 : 1;
  const n = world.bars.length;
  const series: { [K in keyof BarSeries]: BarSeries[K] } = {
    symbol: 'A',
    length: n,
    day: new Int32Array(n),
    knownAt: new Float64Array(n),
    open: new Float64Array(n),
    high: new Float64Array(n),
    low: new Float64Array(n),
    close: new Float64Array(n),
    volume: new Float64Array(n),
    factor: new Float64Array(n).fill(1),
  };
  let day = 1;
  let close = 1000 * scale;
  world.bars.forEach(({ after, gap, move, volume }, i) => {
    if (i > 0) day += world.intraday ? after : Math.max(1, after);
    const open = Math.max(1, Math.round(close * (1 + gap / 1000)));
    close = Math.max(1, Math.round(open * (1 + move / 1000)));
    series.day[i] = day;
    series.knownAt[i] = i;
    series.open[i] = open;
    series.high[i] = Math.max(open, close);
    series.low[i] = Math.min(open, close);
    series.close[i] = close;
    series.volume[i] = volume;
  });
  const list: CorporateAction[] = [];
  for (const { exDay, wait, cash, bonus, transfer: moved, origin } of world.actions) {
    if (list.some((other) => other.exDay === exDay)) continue;
    list.push({
      symbol: 'A',
      exDay,
      payDay: exDay + wait,
      knownAt: 0,
      cash: ratio(cash, 1),
      bonus: ratio(bonus, 10),
      transfer: ratio(moved, 10),
      origin,
    });
  }
  const actions = new Map([['A', list]]);
  const market = envMarket({
    instruments: [instrument],
    series: new Map([['A', series]]),
    actions,
    rulebook,
    calendar,
    choice: chooseFeatures(rlSchema('ashare14')),
    slippageBp: world.slippageBp,
  });
  const broker = new SimulatedBroker({
    instruments: [instrument],
    rulebook,
    actions,
    initialCashMinor: world.cash,
    slippageBp: world.slippageBp,
  });
  return { world, market, series, broker, rulebook, rules, instrument };
}

/** The account at a decision, and what became of the order that was decided at the one before. */
export interface BrokerStep {
  readonly portfolio: PortfolioState;
  readonly reasons: readonly RejectionReason[];
  readonly filled: number;
  /** The action of this decision was refused at once, whole. */
  refused: boolean;
}

/** The broker and the manager through all bars, as the loop goes: one step a bar, action `wishes[i]` (an index of the table) at bar i. */
export function driveBroker({ world, broker, rulebook, series, instrument }: PreparedWorld, wishes: readonly number[]): BrokerStep[] {
  const { table } = world;
  const manager = createManager({
    members: [{ id: 'test', actions: table }],
    risk: world.risk as RiskSettings | null,
    initialCashMinor: world.cash,
    instrumentOf: () => instrument,
  });
  const steps: BrokerStep[] = [];
  let reasons: RejectionReason[] = [];
  let filled = 0;
  const noteAll = (result: {
    fills: readonly { side: string; quantity: number }[];
    rejections: readonly { reason: RejectionReason }[];
  }) => {
    reasons.push(...result.rejections.map(({ reason }) => reason));
    for (const { side, quantity } of result.fills) filled += side === 'buy' ? quantity : -quantity;
  };
  let i = 0;
  for (let day = series.day[0]!; i < series.length; day++) {
    broker.openSession(day);
    if (series.day[i] !== day) {
      noteAll(broker.fillAtOpen(day, []));
      broker.closeSession(day, []);
      continue;
    }
    for (; series.day[i] === day; i++) {
      const bars = [
        {
          symbol: 'A',
          open: series.open[i]!,
          high: series.high[i]!,
          low: series.low[i]!,
          close: series.close[i]!,
          volume: series.volume[i]!,
        },
      ];
      noteAll(broker.fillAtOpen(day, bars));
      const endsDay = series.day[i + 1] !== day;
      if (endsDay) broker.closeSession(day, bars);
      else broker.markAtClose(day, bars);
      const fillDay = endsDay ? day + 1 : day;
      const portfolio = broker.portfolio(i, fillDay);
      const step: BrokerStep = { portfolio, reasons, filled, refused: false };
      steps.push(step);
      reasons = [];
      filled = 0;
      const action = table.rows[wishes[i]!]!.name;
      const executed = manager.executeSignals([{ symbol: 'A', action, confidence: 1, why: 'test', evidence: [] }], portfolio, {
        decidedOn: day,
        instrument: () => instrument,
        rules: () => rulebook.rulesFor(instrument, fillDay),
        lastPriceTicks: () => series.close[i]!,
      });
      const refused = [...executed.rejections, ...broker.submit(executed.orders, fillDay)];
      noteAll({ fills: [], rejections: refused });
      const waits = executed.orders.length > 0 && !refused.some(({ orderId, reason }) => orderId !== null && reason === 'delisted');
      step.refused = refused.length > 0 && !waits;
    }
  }
  return steps;
}
