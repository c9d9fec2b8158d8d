// Where the fields of a walk and of a rule lie, in bytes; lib/sweep/integer-walk.ts has the same lists, in doubles.

// What the account goes over.
export const WANT: usize = 0, TRADED: usize = 8, MARK: usize = 16, BUY_TICKS: usize = 24, SELL_TICKS: usize = 32, VOLUME: usize = 40;
export const RULE_AT: usize = 48, RULES: usize = 56, ACTIONS: usize = 64, ACTION_COUNT: usize = 72, COUNT: usize = 80;
export const HIGHEST: usize = 88, UNIT_BOUND: usize = 96, CASH_BOUND: usize = 104, AT_FILL: usize = 112;
export const NUMERATOR: usize = 120, DENOMINATOR: usize = 128, TURNS: usize = 136;
// How it is run.
export const TRACE: usize = 144, FRESH: usize = 152, EQUITY: usize = 160, FIRST: usize = 168, END: usize = 176;
// Where it stands.
export const CASH: usize = 184, FROZEN: usize = 192, QUANTITY: usize = 200, BOUGHT: usize = 208, STANDING: usize = 216, WAITING: usize = 224;
export const WANTED: usize = 232, SESSION: usize = 240, MARKED: usize = 248, BASE: usize = 256, HELD: usize = 264, FILLS: usize = 272;
export const REJECTIONS: usize = 280, NOTIONAL: usize = 288, FEES: usize = 296, PHASE: usize = 304, NEXT_ACTION: usize = 312;
// The fill that is to be listed.
export const LAST_QUANTITY: usize = 320, LAST_PRICE: usize = 328, LAST_FEES: usize = 336, LAST_CASH: usize = 344;

// A rule, and its components of buys and of sells.
export const TRADABLE: usize = 0, SETTLEMENT: usize = 8, BUY_MINIMUM: usize = 16, BUY_STEP: usize = 24, SELL_STEP: usize = 32, LEAST: usize = 40;
export const UNIT_RATE: usize = 48, UNIT_FEE: usize = 56, BUY_FEES: usize = 64, SELL_FEES: usize = 72, COMPONENTS: usize = 80;
export const COMPONENT: usize = 40, MOST_COMPONENTS: usize = 8, RULE: usize = 720;
