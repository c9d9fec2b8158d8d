/** market: instruments, calendars, the dated rulebook, action tables, order sizing, risk, the simulated broker. */
export type { Broker, BrokerBar, SessionResult } from './broker-contract.js';
export type { Calendar } from './calendar-contract.js';
export { BrokerError, CalendarError, RuleError } from './errors.js';
export type { CostSettings, DividendTaxRule, FeeRule, Rulebook, SessionRules } from './session-rules.js';
