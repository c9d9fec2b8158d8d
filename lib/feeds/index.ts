/** feeds: where bars, corporate actions and news come from, before the loop cuts them by instant. */
export { embeddedData } from './embedded.js';
export { BadRowError, type BadRowReason, FeedError } from './errors.js';
export { describeMapping } from './file-mapping.js';
export { type LoadOptions, loadBars } from './load-bars.js';
export type { MarketData } from './market-data.js';
export { sliceData } from './slice.js';
export { writeData } from './stored-data.js';
