/** Drives a manager and the simulated broker through hand-made or random sessions, as the replay's loop does. */
import type { CorporateAction, Fill, Order, PortfolioState, Rejection } from '../../lib/core/index.js';
import type { BrokerBar, Rulebook, SessionRules } from '../../lib/market/index.js';
import { SimulatedBroker } from '../../lib/market/index.js';
import type { Attribution, Manager, SignedIntent } from '../../lib/strategies/index.js';
import { closeOf } from './fake-view.js';
import { stock } from './rules.js';

export interface Session {
  readonly bars: readonly BrokerBar[];
  readonly actions?: readonly CorporateAction[];
}

export interface Drive {
  readonly broker: SimulatedBroker;
  readonly orders: Order[];
  readonly fills: Fill[];
  readonly rejections: Rejection[];
  readonly attributions: Attribution[];
}

/** Sessions are days 1, 2, 3 ...; `decide` gives the signed intents at each close. */
export function drive(
  manager: Manager,
  sessions: readonly Session[],
  rules: SessionRules,
  initialCashMinor: number,
  decide: (day: number, account: PortfolioState) => readonly SignedIntent[],
  each: (day: number, account: PortfolioState) => void = () => {},
): Drive {
  const rulebook: Rulebook = { id: 'test', version: '1', rulesFor: () => rules };
  const symbols = [...new Set(sessions.flatMap(({ bars }) => bars.map(({ symbol }) => symbol)))].sort();
  const actions = new Map(symbols.map((symbol) => [symbol, sessions.flatMap((s) => s.actions ?? []).filter((a) => a.symbol === symbol)]));
  const broker = new SimulatedBroker({ instruments: symbols.map((symbol) => stock(symbol)), rulebook, actions, initialCashMinor });
  const done: Drive = { broker, orders: [], fills: [], rejections: [], attributions: [] };
  const last = new Map<string, number>();
  sessions.forEach(({ bars, actions: today }, i) => {
    const day = i + 1;
    broker.openSession(day);
    manager.openSession(broker.portfolio(closeOf(day), day), today ?? []);
    const result = broker.fillAtOpen(day, bars);
    const settled = manager.settleOpen(day, bars, result);
    broker.closeSession(day, bars);
    for (const { symbol, close } of bars) last.set(symbol, close);
    const account = broker.portfolio(closeOf(day), day + 1);
    const context = { decidedOn: day, instrument: stock, rules: () => rules, lastPriceTicks: (symbol: string) => last.get(symbol) ?? 0 };
    const executed = manager.executeSignals(decide(day, account), account, context);
    const refused = broker.submit(executed.orders, day + 1);
    done.orders.push(...executed.orders);
    done.fills.push(...result.fills);
    done.attributions.push(...settled.attributions);
    done.rejections.push(...result.rejections, ...settled.rejections, ...executed.rejections, ...refused);
    each(day, account);
  });
  return done;
}
