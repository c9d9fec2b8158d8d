/** core: time, money, identity, files and the contract types that every other room speaks. */
export type { BarSeries, BarWindow, CorporateAction, Instrument, MarketId, StatusSpan, Symbol, Units } from './bars.js';
export { addMonths } from './civil.js';
export { type Clock, manualClock, monotonicMs, systemClock } from './clock.js';
export type {
  ActionName,
  ActionRow,
  ActionSize,
  ActionTable,
  DecisionDetail,
  EvidenceRef,
  Fill,
  Intent,
  Lot,
  NewsItem,
  NewsQuery,
  Order,
  PortfolioState,
  Position,
  ReadLog,
  Recall,
  RecalledItem,
  RecallQuery,
  Rejection,
  RejectionReason,
  Side,
  Step,
  Strategy,
  View,
} from './contract.js';
export { FutureReadError, HindcastError, InputError, OverflowError } from './errors.js';
export { projectRoot, readJsonl, writeFileAtomic } from './files.js';
export { canonicalJson, hashOf, sha256 } from './hash.js';
export { DAY_MS, dateOf, dayOf, type EpochDay, type Instant, instantAt, isoOf, type TradingDate } from './instant.js';
export { lazyPackage } from './lazy-package.js';
export { configureLog, type LogLevel, log, logLevels } from './log.js';
export { mulDiv, mulDivFloor, type Ratio, ratio } from './money.js';
export { type RandomState, randomBelow, randomFloat, randomInit, randomNormal, randomUint32 } from './random.js';
export { hideSecrets, keepSecrets } from './secrets.js';
export { KernelError, type KernelMemory, kernelRuns, type LoadedKernel, loadKernel } from './wasm.js';
