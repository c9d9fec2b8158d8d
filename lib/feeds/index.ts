/** feeds: where bars, corporate actions and news come from, before the loop cuts them by instant. */
export type { Cache, Cached, CacheKey, CacheKind, CacheMetrics, CacheReadOptions } from './cache/contract.js';
export { NotCachedError, NotKnownThenError } from './cache/errors.js';
export { type CacheStats, cacheStats, clearCache, pruneCache } from './cache/keeping.js';
export { type CacheOptions, openCache } from './cache/open-cache.js';
export { embeddedData } from './embedded.js';
export { BadRowError, type BadRowReason, FeedError } from './errors.js';
export { describeMapping } from './file-mapping.js';
export { type LabMarket, labMarket } from './lab/lab-market.js';
export { loadLab } from './lab/load-lab.js';
export { labPreset, labPresets } from './lab/presets.js';
export type { LabRegime, LabTheme } from './lab/regimes.js';
export type { LabSettings, LabSettingsInput } from './lab/settings.js';
export { type StylisedFacts, type StylisedOptions, stylisedFacts } from './lab/stylised-facts.js';
export type { LabItemKind, LabItemTruth, LabReading, LabStockTruth, LabSuspension, LabTruth } from './lab/truth.js';
export { type LoadOptions, loadBars } from './load-bars.js';
export { loadSource } from './load-source.js';
export type { MarketData } from './market-data.js';
export type { CallOptions, Outside, OutsideEffects, OutsideMetrics, OutsidePolicy, OutsideRequest } from './outside/contract.js';
export {
  BadAnswer,
  Cancelled,
  OutsideError,
  type OutsideReason,
  RateLimited,
  Refused,
  TimeoutError,
  Unavailable,
} from './outside/errors.js';
export { outside } from './outside/outside.js';
export { withQuantityStep } from './quantity-step.js';
export { sliceData } from './slice.js';
export { liveCheck } from './sources/live-check.js';
export { openSources, type SourceSettings, sourceNamed } from './sources/named.js';
export { checkStore, describeFinding } from './store/check-store.js';
export { isStore } from './store/entry.js';
export { describeFetched, fetchInto } from './store/fetch-into.js';
export { importInto } from './store/import-into.js';
export { listStore, type StoredSymbol } from './store/list-store.js';
export { loadStore } from './store/load-store.js';
export { storeFolder } from './store/store-folder.js';
export { writeData } from './stored-data.js';
