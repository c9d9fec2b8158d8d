/** feeds: where bars, corporate actions and news come from, before the loop cuts them by instant. */
export type { MarketData } from './market-data.js';
