/** What is known about the instruments of the bars that ship, beyond what their codes tell. data/README.md has the sources. */
import { dayOf, type EpochDay, type Symbol } from '../core/index.js';
import type { InstrumentFacts } from './instruments-file.js';

export interface EmbeddedSet {
  /** None where no index is among the bars. */
  readonly index?: Symbol;
  readonly facts: InstrumentFacts;
  readonly actionsKnown: Readonly<Record<Symbol, { readonly from: EpochDay; readonly to: EpochDay }>>;
  readonly notes: readonly string[];
}

/** Unreformed shares carried an S before their short name from 2006-10-09 (secondary: no notice at hand); 000001.SZ lost it on 2007-06-20. */
const S_SHARE = { status: 'S-share', from: dayOf('2006-10-09'), to: dayOf('2007-06-19') } as const;

/** Names of the sets: `embedded:<name>`. */
export type EmbeddedName = 'cn' | 'us' | 'cn-5m';

export const EMBEDDED: Readonly<Record<EmbeddedName, EmbeddedSet>> = {
  cn: {
    index: '000300.SH',
    facts: {
      '000001.SZ': {
        name: 'Ping An Bank (Shenzhen Development Bank until 2012)',
        listedOn: dayOf('1991-04-03'),
        sector: 'banks',
        statuses: [S_SHARE],
      },
      '000151.SZ': { name: 'China National Complete Plant Import & Export', listedOn: dayOf('2000-09-06'), sector: 'engineering' },
      '002032.SZ': { name: 'Zhejiang Supor', listedOn: dayOf('2004-08-17'), sector: 'household goods' },
      '600000.SH': { name: 'Shanghai Pudong Development Bank', listedOn: dayOf('1999-11-10'), sector: 'banks' },
      '600036.SH': { name: 'China Merchants Bank', listedOn: dayOf('2002-04-09'), sector: 'banks' },
      '000300.SH': { name: 'CSI 300' },
    },
    // Each declared action of this span was checked against the gap of its ex-day, and no other gap was found.
    actionsKnown: { '000001.SZ': { from: dayOf('2007-06-21'), to: dayOf('2020-06-30') } },
    notes: [
      '000300.SH is a price index: dividends are not in it.',
      'Survivorship is not controlled: five well-known companies that still trade.',
      'Corporate actions are known for 000001.SZ only, 2007-06-21 to 2020-06-30 (its warrants of June 2007 are not among them).',
    ],
  },
  'cn-5m': {
    facts: { '600036.SH': { name: 'China Merchants Bank', listedOn: dayOf('2002-04-09'), sector: 'banks' } },
    actionsKnown: {},
    notes: [
      'Survivorship is not controlled: one well-known company.',
      'Five-minute bars, 48 in each of 107 sessions. The one dividend of 2017 (ex 2017-06-14) lies before the first bar. No list says that there was no other: no session opens more than 1.05 % below the close before it, which leaves no room for a split.',
    ],
  },
  us: {
    index: 'SPX',
    facts: {
      AAPL: { name: 'Apple', sector: 'technology' },
      FB: { name: 'Facebook', listedOn: dayOf('2012-05-18'), sector: 'technology' },
      GOOG: { name: 'Google', listedOn: dayOf('2004-08-19'), sector: 'technology' },
      IBM: { name: 'IBM', sector: 'technology' },
      MSFT: { name: 'Microsoft', sector: 'technology' },
      SPX: { name: 'S&P 500' },
    },
    actionsKnown: {},
    notes: [
      'SPX is a price index: dividends are not in it.',
      'Survivorship is not controlled: five well-known technology companies, all of them survivors.',
      'Corporate actions are derived from raw and adjusted close.',
    ],
  },
};

export const isEmbedded = (name: string): name is EmbeddedName => Object.hasOwn(EMBEDDED, name);
