/**
 * The walk of one account of one symbol inside the WASM kernel: what it reads and where it stands, as doubles in the kernel's memory. The
 * kernel goes on by itself until an event needs more than columns; see assembly/integer-walk.ts, and assembly/integer-fields.ts for the same lists.
 */
import type { Arena, SymbolGround } from './ground-columns.js';
import { COMPONENT_WIDTH, type IntegerCosts } from './integer-costs.js';

/**
 * Why a walk stopped: at the end, before a session that the account must do, after a fill that is listed, at the end of its window of
 * equity.
 */
export const WALK = { done: 0, action: 1, checked: 2, fill: 3, window: 4 } as const;

export const FIELD = {
  want: 0,
  traded: 1,
  mark: 2,
  buyTicks: 3,
  sellTicks: 4,
  volume: 5,
  ruleAt: 6,
  rules: 7,
  actions: 8,
  actionCount: 9,
  count: 10,
  highest: 11,
  unitBound: 12,
  cashBound: 13,
  atFill: 14,
  numerator: 15,
  denominator: 16,
  turns: 17,
  trace: 18,
  fresh: 19,
  equity: 20,
  first: 21,
  end: 22,
  cash: 23,
  frozen: 24,
  quantity: 25,
  bought: 26,
  standing: 27,
  waiting: 28,
  wanted: 29,
  session: 30,
  marked: 31,
  base: 32,
  held: 33,
  fills: 34,
  rejections: 35,
  notional: 36,
  fees: 37,
  phase: 38,
  nextAction: 39,
  lastQuantity: 40,
  lastPrice: 41,
  lastFees: 42,
  lastCash: 43,
} as const;
const FIELDS = 44;

/** Doubles of a rule: ten of its own, then components of buys and of sells. */
const RULE_WIDTH = 90;
const MOST_COMPONENTS = 8;
const MOST_RULES = 64;
/** Sessions whose turns of what is wanted the kernel lists together, 4 bytes each. */
const TURNS = 2048;
/** The kernel writes one more before it knows whether there is one. */
const TURN_DOUBLES = TURNS / 2 + 1;

/** Bytes that the walk of one symbol takes, its actions aside. */
export const WALK_BYTES = (FIELDS + 2 + MOST_RULES * RULE_WIDTH + TURN_DOUBLES) * 8 + 64;

export interface Walk {
  readonly fields: Float64Array;
  /** Goes on from where the fields stand. */
  run(): number;
}

/**
 * The fields of a symbol's walk, or null where its rules are too many or its prices leave no room under 2^53: the account is walked
 * without the kernel then.
 */
export function walkFields(
  symbol: SymbolGround,
  want: Uint8Array,
  costs: readonly IntegerCosts[],
  atFill: boolean,
  arena: Arena,
): Float64Array | null {
  const { numerator, denominator } = symbol.instrument.units.minorPerUnitTick;
  const components = costs.flatMap(({ buy, sell }) => [buy, sell]);
  if (costs.length > MOST_RULES || components.some(({ length }) => length > MOST_COMPONENTS * COMPONENT_WIDTH)) return null;
  let [rate, divisor, highest] = [4, denominator, symbol.highestMark];
  for (const one of components) {
    for (let i = 0; i < one.length; i += COMPONENT_WIDTH) {
      rate = Math.max(rate, one[i]!);
      divisor = Math.max(divisor, one[i + 1]!);
    }
  }
  for (const column of [symbol.buyTicks, symbol.sellTicks]) for (const ticks of column) if (ticks > highest) highest = ticks;
  // No product in the kernel exceeds four times that of a position, or eight times that of the money.
  const room = Number.MAX_SAFE_INTEGER - divisor;
  const unitBound = room / (4 * rate * highest * numerator);
  const lots = Math.max(...costs.map(({ rules }) => rules.buyMinimum + 2 * rules.buyStep));
  if (!(lots < unitBound)) return null;

  const table = arena.f64(costs.length * RULE_WIDTH);
  costs.forEach(({ rules, buy, sell, buyRate, buyPerUnit, leastMinor }, i) => {
    const { tradable, settlementSessions, buyMinimum, buyStep, sellStep } = rules;
    const own = [
      tradable ? 1 : 0,
      settlementSessions,
      buyMinimum,
      buyStep,
      sellStep,
      leastMinor,
      (numerator / denominator) * (1 + buyRate),
      buyPerUnit,
    ];
    table.set([...own, buy.length / COMPONENT_WIDTH, sell.length / COMPONENT_WIDTH], i * RULE_WIDTH);
    table.set(buy, i * RULE_WIDTH + own.length + 2);
    table.set(sell, i * RULE_WIDTH + own.length + 2 + MOST_COMPONENTS * COMPONENT_WIDTH);
  });
  const actions = arena.f64(symbol.actions.length);
  symbol.actions.forEach(({ session }, i) => {
    actions[i] = session;
  });
  const fields = arena.f64(FIELDS);
  fields[FIELD.want] = want.byteOffset;
  fields[FIELD.traded] = symbol.traded.byteOffset;
  fields[FIELD.mark] = symbol.markTicks.byteOffset;
  fields[FIELD.buyTicks] = symbol.buyTicks.byteOffset;
  fields[FIELD.sellTicks] = symbol.sellTicks.byteOffset;
  fields[FIELD.volume] = symbol.volumeLeft?.byteOffset ?? 0;
  fields[FIELD.ruleAt] = symbol.ruleAt.byteOffset;
  fields[FIELD.rules] = table.byteOffset;
  fields[FIELD.actions] = actions.byteOffset;
  fields[FIELD.actionCount] = actions.length;
  fields[FIELD.count] = symbol.traded.length;
  fields[FIELD.highest] = (highest * numerator) / denominator + 1;
  fields[FIELD.unitBound] = unitBound;
  fields[FIELD.cashBound] = room / (8 * Math.max(rate, 2 * denominator));
  fields[FIELD.atFill] = atFill ? 1 : 0;
  fields[FIELD.numerator] = numerator;
  fields[FIELD.denominator] = denominator;
  fields[FIELD.turns] = arena.f64(TURN_DOUBLES).byteOffset;
  return fields;
}
