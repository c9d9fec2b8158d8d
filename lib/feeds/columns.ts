/** Which column of a file is what: names in English and Chinese, and the layouts of common exporters. */

export type Field =
  | 'date'
  | 'time'
  | 'symbol'
  | 'open'
  | 'high'
  | 'low'
  | 'close'
  | 'adjustedClose'
  | 'volume'
  | 'amount'
  | 'factor'
  | 'adjustFactor';

/** Column number (0 = first) of each field that was found. */
export type ColumnMap = Readonly<Partial<Record<Field, number>>>;

/** Names in order of preference, written as {@link plainName} leaves them. */
const NAMES: Readonly<Record<Field, readonly string[]>> = {
  date: [
    'date',
    'tradedate',
    'tradingdate',
    '日期',
    '交易日期',
    '交易日',
    'day',
    'datetime',
    'timestamp',
    'time',
    '时间',
    '交易时间',
    'dt',
    'tradetime',
  ],
  /** A column beside the date's: a time of day, or the whole stamp. */
  time: ['time', '时间', '交易时间', 'tradetime', 'datetime', 'timestamp'],
  symbol: ['symbol', 'ticker', 'tscode', 'instrument', 'code', 'secucode', 'stockcode', '股票代码', '证券代码', '品种代码', '代码'],
  open: ['open', 'openprice', '开盘', '开盘价', '今开', 'o'],
  high: ['high', 'highprice', '最高', '最高价', 'h'],
  low: ['low', 'lowprice', '最低', '最低价', 'l'],
  close: ['close', 'closeprice', '收盘', '收盘价', 'c'],
  adjustedClose: ['adjclose', 'adjustedclose', 'adjcloseprice'],
  volume: ['volume', 'vol', '成交量', '成交股数', '总手', 'tickvol', 'tickvolume', 'basevolume', 'v'],
  amount: ['amount', '成交额', '成交金额', '金额', 'quotevolume'],
  factor: ['factor'],
  adjustFactor: ['adjfactor', 'adjustfactor', '复权因子', '后复权因子'],
};

/** `<TICKVOL>`, `$close`, `Adj Close`, `成交量(手)` without what is no letter, digit or Chinese character; units in brackets go. */
const plainName = (name: string): string =>
  name
    .replace(/[(（][^)）]*[)）]/g, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, '');

export function guessColumns(header: readonly string[]): ColumnMap {
  const plain = header.map(plainName);
  const map: Partial<Record<Field, number>> = {};
  for (const field of Object.keys(NAMES) as Field[]) {
    for (const name of NAMES[field]) {
      const at = plain.indexOf(name);
      if (at < 0 || (field === 'time' && at === map.date)) continue;
      map[field] = at;
      break;
    }
  }
  return map;
}

/** Unit that a volume header states, such as 成交量(手). */
export function statedVolumeUnit(name: string | undefined): 'shares' | 'lots' | undefined {
  if (name === undefined) return undefined;
  return /[(（]\s*(手|lots?)\s*[)）]/i.test(name) ? 'lots' : /[(（]\s*(股|shares?)\s*[)）]/i.test(name) ? 'shares' : undefined;
}
