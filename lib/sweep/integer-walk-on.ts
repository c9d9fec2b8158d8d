/** Handing an account over to the kernel's walk and taking it back where the walk stops. */
import { addLot } from '../market/index.js';
import type { SweepFill } from './contract.js';
import type { EquityWindow } from './equity-window.js';
import { NOTHING, type Slot } from './integer-slot.js';
import type { IntegerState } from './integer-state.js';
import { FIELD, WALK, type Walk } from './integer-walk.js';

/** What equity is due from session `marked` on: cash of all kinds, and units. */
export interface Stretch {
  cash: number;
  quantity: number;
  marked: number;
}

export function setOut({ fields }: Walk, fresh: boolean, trace: boolean): void {
  fields[FIELD.fresh] = fresh ? 1 : 0;
  fields[FIELD.trace] = trace ? 1 : 0;
}

/** Lets the kernel walk on from a flat account; false when it met an event that it leaves to the account. */
export function walkOn(state: IntegerState, slot: Slot, walk: Walk, at: Stretch, window: EquityWindow): boolean {
  const { account, ground, next, totals, trace } = state;
  const { sessions } = ground;
  const { fields } = walk;
  fields[FIELD.cash] = account.cashMinor;
  fields[FIELD.frozen] = 0;
  fields[FIELD.quantity] = 0;
  fields[FIELD.standing] = slot.standing;
  fields[FIELD.waiting] = NOTHING;
  fields[FIELD.wanted] = 0;
  fields[FIELD.session] = next[slot.at]!;
  fields[FIELD.marked] = at.marked;
  fields[FIELD.base] = at.cash;
  fields[FIELD.held] = at.quantity;
  fields[FIELD.fills] = totals.fills;
  fields[FIELD.rejections] = totals.rejections;
  fields[FIELD.notional] = totals.notionalMinor;
  fields[FIELD.fees] = totals.feesMinor;
  fields[FIELD.phase] = 0;
  fields[FIELD.nextAction] = slot.nextAction;
  look(fields, window);
  let why = walk.run();
  for (; why === WALK.fill || why === WALK.window; why = walk.run()) {
    if (why === WALK.fill) trace!.push(fillOf(slot, fields, sessions));
    else {
      window.next();
      look(fields, window);
    }
  }
  totals.fills = fields[FIELD.fills]!;
  totals.rejections = fields[FIELD.rejections]!;
  totals.notionalMinor = fields[FIELD.notional]!;
  totals.feesMinor = fields[FIELD.fees]!;
  if (why === WALK.done) return true;
  const bought = fields[FIELD.bought]!;
  const quantity = fields[FIELD.quantity]!;
  account.cashMinor = fields[FIELD.cash]!;
  account.frozenMinor = fields[FIELD.frozen]!;
  // What a lot has cost shows nowhere in a sweep.
  if (quantity > 0) addLot(slot.book, quantity, 0, sessions[bought]!, bought);
  slot.standing = fields[FIELD.standing]!;
  slot.waiting = fields[FIELD.waiting]! as Slot['waiting'];
  slot.wanted = fields[FIELD.wanted]!;
  slot.frozenMinor = account.frozenMinor;
  slot.cashFraction = 1;
  slot.nextAction = fields[FIELD.nextAction]!;
  next[slot.at] = fields[FIELD.session]!;
  at.marked = fields[FIELD.marked]!;
  at.cash = fields[FIELD.base]!;
  at.quantity = fields[FIELD.held]!;
  return false;
}

/** Tells the walk where equity goes, and how far. */
function look(fields: Float64Array, { values, first, end }: EquityWindow): void {
  fields[FIELD.equity] = values.byteOffset;
  fields[FIELD.first] = first;
  fields[FIELD.end] = end;
}

function fillOf({ symbol }: Slot, fields: Float64Array, sessions: Int32Array): SweepFill {
  const quantity = fields[FIELD.lastQuantity]!;
  return {
    symbol: symbol.symbol,
    side: quantity < 0 ? 'sell' : 'buy',
    day: sessions[fields[FIELD.session]!]!,
    quantity: Math.abs(quantity),
    priceTicks: fields[FIELD.lastPrice]!,
    totalFeesMinor: fields[FIELD.lastFees]!,
    cashDeltaMinor: fields[FIELD.lastCash]!,
  };
}
