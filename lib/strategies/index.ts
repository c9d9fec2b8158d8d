/** strategies: baselines, rules and frozen intents; the manager that turns intents into orders, alone or as an ensemble. */
export { allocateBuys, type BuyRequest } from './allocation.js';
export { type BuyAndHoldState, buyAndHold } from './buy-and-hold.js';
export { createManager, memberOf } from './create-manager.js';
export { Ensemble, type EnsembleOptions } from './ensemble.js';
export { equalWeight } from './equal-weight.js';
export { ManagerError, StrategyError } from './errors.js';
export type { Attribution, Execution, ExecutionContext, Manager, Member, SignedIntent } from './execution.js';
export { exits } from './exits.js';
export { type FrozenIntents, frozenIntents } from './frozen.js';
export { type ManagerOptions, MultiStrategyManager } from './manager.js';
export { momentum } from './momentum.js';
export { type RandomSameTurnoverState, randomSameTurnover, tradesPerYearOf } from './random-same-turnover.js';
export type { RebalanceState } from './rebalance.js';
export { type StrategyEntry, strategyEntry, strategyIds, strategyOf } from './registry.js';
export { type RuleAnalystState, ruleAnalyst } from './rule-analyst.js';
export { type SmaCrossState, smaCross } from './sma-cross.js';
export type { VirtualBook } from './virtual-book.js';
