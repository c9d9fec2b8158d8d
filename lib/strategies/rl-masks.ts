/** Which actions of a policy would be refused at the decision: the rule that its training masked them by, on a view instead of columns. */
import type { ActionTable, EpochDay, Instant, Instrument, PortfolioState, Symbol } from '../core/index.js';
import { applyRisk, type Calendar, isRejection, type RiskSettings, type Rulebook, toOrder } from '../market/index.js';

/** What a run knows of orders before they are sent. */
export interface OrderRules {
  readonly rulebook: Rulebook;
  readonly calendar: Calendar;
  readonly instruments: ReadonlyMap<Symbol, Instrument>;
  /** null: no caps. */
  readonly risk: RiskSettings | null;
}

/** The newest bar of a symbol at a decision. */
interface Newest {
  readonly day: EpochDay;
  readonly closeTicks: number;
}

/**
 * Writes 1 for each action that asks for nothing or would become an order; 0 for each that would be refused: by the rules of the fill
 * session, by the caps of the run, or because the instrument has left the market by then. Where all would be refused, all are 1: a policy
 * has to name one, and the refusal is on record.
 */
export function maskRefused(
  actions: ActionTable,
  { rulebook, calendar, instruments, risk }: OrderRules,
  symbol: Symbol,
  portfolio: PortfolioState,
  newest: Newest,
  into: Uint8Array,
): void {
  const instrument = instruments.get(symbol)!;
  const fillDay = fillDayAt(calendar, portfolio.asOf, newest.day);
  const rules = rulebook.rulesFor(instrument, fillDay);
  const gone = instrument.delistedOn !== undefined && instrument.delistedOn < fillDay;
  const context = { table: actions, strategy: '', decidedOn: newest.day, units: instrument.units, lastPriceTicks: newest.closeTicks };
  const caps = {
    instrumentOf: (one: Symbol) => instruments.get(one)!,
    rulesOf: () => rules,
    lastPriceTicksOf: () => newest.closeTicks,
  };
  const allows = (action: string): boolean => {
    const draft = toOrder({ symbol, action, confidence: 1, why: '', evidence: [] }, portfolio, rules, context);
    if (draft === null) return true;
    return !isRejection(draft) && !gone && applyRisk([draft], portfolio, caps, risk).drafts.length > 0;
  };
  let allowed = 0;
  actions.rows.forEach(({ name, size }, i) => {
    into[i] = size.kind === 'none' || allows(name) ? 1 : 0;
    allowed += into[i]!;
  });
  if (allowed === 0) into.fill(1);
}

/** Session in which an order decided at `asOf` can fill: the first that closes later. `near`: a session not long before. */
function fillDayAt(calendar: Calendar, asOf: Instant, near: EpochDay): EpochDay {
  const { sessions } = calendar;
  let i = calendar.indexAtOrAfter(near);
  while (i < sessions.length && calendar.closeAt(sessions[i]!) <= asOf) i++;
  return i < sessions.length ? sessions[i]! : sessions[i - 1]! + 1;
}
