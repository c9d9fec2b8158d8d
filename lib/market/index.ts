/** market: instruments, calendars, the dated rulebook, action tables, order sizing, risk, the simulated broker. */

export { actionRow, actionTable, allInOut, checkActionTable, registerActionTable, seedFive, targetWeights } from './action-tables.js';
export { affordableQuantity, buyCostMinor } from './affordable.js';
export type { BrokerTotals } from './broker-account.js';
export type { Broker, BrokerBar, SessionResult } from './broker-contract.js';
export type { BrokerSnapshot } from './broker-snapshot.js';
export { type CalendarId, calendarOf, syntheticCalendar } from './calendar.js';
export type { Calendar } from './calendar-contract.js';
export { describeSymbol, type SymbolDescription, type SymbolOptions } from './describe-symbol.js';
export { flatDividendTaxMinor, holdingTaxRate, taxableMinor } from './dividend-tax.js';
export { BrokerError, CalendarError, RuleError } from './errors.js';
export { exRightReferenceTicks, shareRatio } from './ex-right.js';
export { feeMinor, feesByName, totalFeesMinor } from './fees.js';
export { limitDownTicks, limitUpTicks } from './limit-price.js';
export { buyLots, sellLots } from './lots.js';
export { notionalMinor, unitsWorth, unitValueMinor } from './notional.js';
export { applyRisk, type RiskMarket, type RiskResult } from './risk.js';
export { houseRisk, type RiskSettings, riskSettings, riskSettingsSchema } from './risk-settings.js';
export { type CitedRulebook, type RulebookOptions, rulebookFor } from './rulebook.js';
export { type ExplainedRule, explainRules } from './rulebook-explain.js';
export { type LoadedRulebook, loadRulebook } from './rulebook-file.js';
export type { RulebookData, RuleRow, RuleSource } from './rulebook-rows.js';
export type { CostSettings, DividendTaxRule, FeeRule, Rulebook, SessionRules } from './session-rules.js';
export { SimulatedBroker, type SimulatedBrokerOptions } from './simulated-broker.js';
export { slippedTicks } from './slippage.js';
export { isRejection, type OrderContext, type OrderDraft, toOrder } from './to-order.js';
