/** Rows of Tushare's tables: how they are asked for, and their cells read. */
import { dateOf, type EpochDay } from '../../core/index.js';
import { type Calendar, calendarOf, describeSymbol } from '../../market/index.js';
import { dayOfText } from '../date-text.js';
import { BadAnswer } from '../outside/errors.js';
import { UnsupportedQuery } from './errors.js';
import type { DayQuery, SourceContext } from './source.js';
import type { Row } from './tushare-call.js';

export const ID = 'tushare';

/** All rows of a table for some parameters, with these fields. */
export type Ask = (
  context: SourceContext,
  table: string,
  params: Readonly<Record<string, string>>,
  fields: readonly string[],
) => Promise<readonly Row[]>;

export const calendar = (): Calendar => calendarOf('cn-a');

const compact = (day: EpochDay): string => dateOf(day).replaceAll('-', '');
export const text = (row: Row, field: string): string => String(row[field] ?? '');

export function dayIn(row: Row, field: string, table: string): EpochDay {
  const day = dayOfText(text(row, field), 'Asia/Shanghai');
  if (Number.isNaN(day))
    throw new BadAnswer(ID, `${table}: expected a date in ${field}, got ${JSON.stringify(row[field])}. Ask again later.`);
  return day;
}

export const optionalDay = (row: Row, field: string, table: string): EpochDay | undefined =>
  row[field] === null || row[field] === '' ? undefined : dayIn(row, field, table);

export function codeOf(symbol: string): ReturnType<typeof describeSymbol> {
  const described = describeSymbol(symbol);
  if (described.market !== 'cn-a')
    throw new UnsupportedQuery(`tushare: expected an A-share symbol, got ${symbol}. Ask yahoo or ccxt for other markets.`);
  return described;
}

export const spanOf = ({ from, to }: DayQuery) => ({ start_date: compact(from), end_date: compact(to) });

/** The rows, all of them of one symbol. Throws BadAnswer otherwise. */
export function own(rows: readonly Row[], symbol: string, table: string): readonly Row[] {
  const other = rows.find((row) => row.ts_code !== symbol);
  if (other) throw new BadAnswer(ID, `${table}: expected rows of ${symbol}, got ${text(other, 'ts_code')}. Ask again later.`);
  return rows;
}
