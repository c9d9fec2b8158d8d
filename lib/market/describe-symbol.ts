/** What a symbol is, told from its code: market, board, kind and units. */
import { InputError, type Instrument, type MarketId, ratio, type Units } from '../core/index.js';

export interface SymbolDescription {
  /** The one spelling used inside the project: 600000.SH, 000001.SZ, 920002.BJ, AAPL, BTC/USDT. */
  readonly symbol: string;
  readonly market: MarketId;
  readonly board: string;
  readonly kind: Instrument['kind'];
  readonly units: Units;
}

export interface SymbolOptions {
  /** US and crypto: major units in one tick, such as 0.01; a decimal number. */
  readonly tickSize?: number;
  /** US and crypto: shares or coins in one quantity unit, such as 0.0001 or 0.00001; a decimal number. */
  readonly quantityStep?: number;
}

type Exchange = 'SH' | 'SZ' | 'BJ';

const EXCHANGES: Readonly<Record<string, Exchange>> = { SH: 'SH', SS: 'SH', XSHG: 'SH', SZ: 'SZ', XSHE: 'SZ', BJ: 'BJ', XBSE: 'BJ' };

/** Exchange, digits at the start, board, kind. The first match counts. */
const CODES: readonly (readonly [Exchange, RegExp, string, Instrument['kind']])[] = [
  ['SH', /^60[0135]/, 'sh-main', 'stock'],
  ['SH', /^68[89]/, 'star', 'stock'],
  ['SH', /^5/, 'sh-main', 'etf'],
  ['SH', /^000/, 'index', 'index'],
  ['SZ', /^00[0123]/, 'sz-main', 'stock'],
  ['SZ', /^30[012]/, 'chinext', 'stock'],
  ['SZ', /^159/, 'sz-main', 'etf'],
  ['SZ', /^399/, 'index', 'index'],
  ['BJ', /^899/, 'index', 'index'],
  ['BJ', /^(4|8|92)/, 'bse', 'stock'],
];

const cny = (tickSize: number, fenPerTick: readonly [number, number]): Units => ({
  currency: 'CNY',
  minorPerMajor: 100,
  tickSize,
  quantityStep: 1,
  minorPerUnitTick: ratio(...fenPerTick),
});

/** A share: one tick is one fen. A fund: ticks of 0.001 yuan. */
const SHARE_UNITS = cny(0.01, [1, 1]);
const FUND_UNITS = cny(0.001, [1, 10]);
/** Adjusted US prices need a finer tick than a cent. */
const US_TICK = 0.0001;

const refuse = (expected: string, got: string, todo: string): never => {
  throw new InputError(`describeSymbol: expected ${expected}, got ${JSON.stringify(got)}. ${todo}`);
};

/** Code and exchange of an A-share spelling; undefined when the text is none. `exchange` is undefined for six bare digits. */
function splitCode(text: string): { code: string; exchange: Exchange | undefined } | undefined {
  const match = /^(?:(SH|SZ|BJ)\.?)?(\d{6})(?:\.([A-Z]{2,4}))?$/i.exec(text);
  if (!match) return undefined;
  const [, prefix, code, suffix] = match;
  if (prefix !== undefined && suffix !== undefined) return undefined;
  const named = (prefix ?? suffix)?.toUpperCase();
  if (named === undefined) return { code: code!, exchange: undefined };
  const exchange = EXCHANGES[named];
  return exchange === undefined ? undefined : { code: code!, exchange };
}

function describeCode(text: string, code: string, exchange: Exchange | undefined): SymbolDescription {
  if (/^900/.test(code) && exchange !== 'SZ' && exchange !== 'BJ')
    return refuse('an A share', text, 'Shanghai B shares (900xxx) trade in US dollars and are not modelled.');
  if (/^20[01]/.test(code) && exchange !== 'SH' && exchange !== 'BJ')
    return refuse('an A share', text, 'Shenzhen B shares (200xxx) trade in Hong Kong dollars and are not modelled.');
  const found = CODES.filter(([where, pattern]) => (exchange === undefined || where === exchange) && pattern.test(code));
  if (exchange === undefined && new Set(found.map(([where]) => where)).size > 1) {
    return refuse('a code with its exchange', text, `Write ${code}.SZ for the stock or ${code}.SH for the index.`);
  }
  const [first] = found;
  if (first === undefined) {
    return refuse(
      'a code of an A share, fund or index that this project knows',
      text,
      'Write for example 600000.SH, 000001.SZ, 300750.SZ, 688981.SH, 920002.BJ or 000300.SH.',
    );
  }
  const [where, , board, kind] = first;
  return { symbol: `${code}.${where}`, market: 'cn-a', board, kind, units: kind === 'etf' ? FUND_UNITS : SHARE_UNITS };
}

/** A positive decimal such as 0.00001 as an exact ratio to one: 1/100000. */
function decimalRatio(value: number, what: string): { numerator: number; denominator: number } {
  for (let places = 0, denominator = 1; places <= 12; places++, denominator *= 10) {
    const numerator = Math.round(value * denominator);
    if (numerator > 0 && numerator / denominator === value) return { numerator, denominator };
  }
  return refuse(`${what} as a positive decimal with at most 12 places`, String(value), 'Write for example 0.00001.');
}

const greatestDivisor = (a: number, b: number): number => (b === 0 ? a : greatestDivisor(b, a % b));

/** Units of a currency in which ticks and quantities may be fractions. Throws InputError on steps with more than 12 places. */
function unitsOf(currency: string, minorPerMajor: number, tickSize: number, quantityStep: number): Units {
  const tick = decimalRatio(tickSize, 'tickSize');
  const step = decimalRatio(quantityStep, 'quantityStep');
  const numerator = tick.numerator * step.numerator * minorPerMajor;
  const denominator = tick.denominator * step.denominator;
  const shared = greatestDivisor(numerator, denominator);
  return { currency, minorPerMajor, tickSize, quantityStep, minorPerUnitTick: ratio(numerator / shared, denominator / shared) };
}

function cryptoUnits(quote: string, options: SymbolOptions): Units {
  // A price in coins needs coins' own smallest units: 1e-8.
  const coins = quote === 'BTC' || quote === 'ETH' || quote === 'BNB';
  const { tickSize = coins ? 0.000001 : 0.01, quantityStep = 0.00001 } = options;
  return unitsOf(quote, coins ? 100_000_000 : 100, tickSize, quantityStep);
}

/**
 * Market, board, kind and units of a symbol. A-shares by code with the exchange as suffix or prefix (600000.SH, 600000.SS,
 * SH600000, sh.600000, 600000.XSHG) or bare where the code alone decides; US tickers plain (AAPL, BRK.B); crypto BASE/QUOTE.
 * 000001.SZ is a bank, 000001.SH is an index: six bare digits that could be both are refused.
 * Throws InputError for B shares and for anything else.
 */
export function describeSymbol(symbol: string, options: SymbolOptions = {}): SymbolDescription {
  const text = symbol.trim();
  const split = splitCode(text);
  if (split) return describeCode(text, split.code, split.exchange);
  const pair = /^([A-Z0-9]{2,10})\/([A-Z0-9]{2,10})$/.exec(text);
  if (pair) return { symbol: text, market: 'crypto', board: 'crypto-spot', kind: 'spot', units: cryptoUnits(pair[2]!, options) };
  if (/^[A-Z]{1,5}([.-][A-Z]{1,2})?$/.test(text)) {
    const { tickSize = US_TICK, quantityStep = 1 } = options;
    return { symbol: text, market: 'us', board: 'us-stock', kind: 'stock', units: unitsOf('USD', 100, tickSize, quantityStep) };
  }
  return refuse('a symbol', symbol, 'Write for example 600000.SH, 000001.SZ, AAPL or BTC/USDT.');
}
