/** The A-share part: one stock over thirteen years, with T+1, lots, price limits, dividends and dated fees. */
import { embeddedData } from '../../feeds/index.js';
import { openRun } from '../../replay/index.js';
import { measureRun } from '../../report/index.js';
import { partResult, stage, type TourPart } from './part.js';

export const aShares: TourPart = {
  title: 'A-share: 000001.SZ, 2007-06-21 .. 2020-06-30, index 000300.SH',
  accounts: 5,
  async run(effects) {
    const play = stage(effects, embeddedData('cn'), { data: 'embedded:cn', symbols: ['000001.SZ'], from: '2007-06-21', to: '2020-06-30' });
    const rule = await play([{ id: 'rule:v1' }], 'full');
    const hold = await play([{ id: 'buy-and-hold' }], 'account');
    const cross = await play([{ id: 'sma-cross' }], 'account');
    const guarded = await play([{ id: 'sma-cross' }, { id: 'exits' }], 'account');
    // Luck at the rules' own turnover and time in the market. All in and all out trade the whole account, so a turnover of 1 is two trades.
    const { turnoverAnnual, exposureMean } = measureRun(openRun(rule.folder), []).performance;
    const parameters = { tradesPerYear: round(2 * (turnoverAnnual ?? 0), 0.1, 200), exposure: round(exposureMean ?? 0, 0.02, 0.98) };
    const luck = await play([{ id: 'random-same-turnover', parameters }], 'account');
    return partResult([rule, hold, cross, guarded, luck]);
  },
};

/** To two decimals, within bounds. */
const round = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, Math.round(100 * value) / 100));
