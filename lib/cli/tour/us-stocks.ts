/** The US part: four stocks in one account, splits and dividends derived from raw and adjusted closes. */
import { embeddedData } from '../../feeds/index.js';
import { partResult, stage, type TourPart } from './part.js';

const symbols = ['AAPL', 'GOOG', 'IBM', 'MSFT'];

export const usStocks: TourPart = {
  title: 'US: AAPL GOOG IBM MSFT in one account, 2004-08-19 .. 2013-02-28',
  accounts: 4,
  async run(effects) {
    const play = stage(effects, embeddedData('us'), { data: 'embedded:us', symbols, from: '2004-08-19', to: '2013-02-28' });
    const equal = await play([{ id: 'equal-weight' }], 'account');
    const momentum = await play([{ id: 'momentum', parameters: { top: 2 } }], 'account');
    const cross = await play([{ id: 'sma-cross' }], 'account');
    const hold = await play([{ id: 'buy-and-hold' }], 'account');
    return partResult([momentum, equal, cross, hold]);
  },
};
