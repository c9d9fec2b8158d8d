/** The many ways in which files write a symbol, brought to the project's one: 000001.SZ, AAPL, BTC/USDT. */
import type { Symbol } from '../core/index.js';

const EXCHANGES: Readonly<Record<string, string>> = { SH: 'SH', SS: 'SH', XSHG: 'SH', SZ: 'SZ', XSHE: 'SZ', BJ: 'BJ', XBSE: 'BJ' };

/** What pairs of coins are quoted in. No US suffix is among them, so that a dash before one can't be a class of shares (BRK-B). */
const PAIR = /^([A-Z0-9]{2,10})-(USDT|USDC|USD|BUSD|FDUSD|TUSD|DAI|EUR|GBP|JPY|KRW|TRY|BTC|ETH|BNB)$/;

/**
 * Canonical form of `sh600000`, `SH#600000`, `600000.XSHG`, `600000.SS`, `'600000`, `="600000"` and `600000`, and of
 * `BTC-USDT`; other text is only trimmed. A bare code names the stock, never the index (000001 is both).
 */
export function canonicalSymbol(raw: string): Symbol {
  const plain = raw.trim().replace(/^=?["']+|["']+$/g, '');
  const suffixed = /^(\d{6})\.([A-Za-z]{2,4})$/.exec(plain);
  const exchange = suffixed ? EXCHANGES[(suffixed[2] as string).toUpperCase()] : undefined;
  if (suffixed && exchange) return `${suffixed[1]}.${exchange}`;
  const prefixed = /^(sh|sz|bj)[#._-]?(\d{6})$/i.exec(plain);
  if (prefixed) return `${prefixed[2]}.${(prefixed[1] as string).toUpperCase()}`;
  if (/^\d{6}$/.test(plain)) return `${plain}.${/^(4|8|92)/.test(plain) ? 'BJ' : /^[569]/.test(plain) ? 'SH' : 'SZ'}`;
  return plain.replace(PAIR, '$1/$2');
}

/** Symbol that a file's name gives, without its ending; `%2F` and `_` stand for the slash of a pair. */
export function symbolOfFile(name: string): Symbol {
  const stem = name.replace(/\.(csv|tsv|txt|parquet)$/i, '');
  return canonicalSymbol(stem.includes('%') ? decodeURIComponent(stem) : stem.replace(/^([A-Z0-9]{2,10})_([A-Z]{3,5})$/, '$1/$2'));
}

/** File name of a symbol, without its ending. */
export const fileOfSymbol = (symbol: Symbol): string => encodeURIComponent(symbol);
