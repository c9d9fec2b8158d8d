/** instruments.csv: what is known of the instruments beside a folder of bars, beyond what their symbols tell. */
import { readFileSync } from 'node:fs';
import { type EpochDay, type Instrument, lazyPackage, type StatusSpan, type Symbol } from '../core/index.js';
import { type Calendar, calendarOf, describeSymbol } from '../market/index.js';
import { dayOfText } from './date-text.js';
import { toUtf8 } from './encoding.js';
import { FeedError } from './errors.js';
import { leastMinor } from './least-minor.js';
import { canonicalSymbol } from './symbol-text.js';

const csv = lazyPackage<typeof import('csv-parse/sync')>('csv-parse/sync');

export const INSTRUMENTS_FILE = 'instruments.csv';
const COLUMNS = [
  'symbol',
  'name',
  'sector',
  'listed_on',
  'delisted_on',
  'statuses',
  'tick_size',
  'quantity_step',
  'minimum_notional',
] as const;
type Row = Partial<Record<(typeof COLUMNS)[number], string>>;

/** What is known of an instrument beyond its symbol. */
export type InstrumentFacts = Readonly<Record<Symbol, Partial<Omit<Instrument, 'symbol'>>>>;

/**
 * Spans of days, both ends included, with the names under which a share has other limits: `ST 2020-05-06..2021-06-01; ST 2023-05-05..`
 * (*ST is ST), and `S-share`. A span without an end still holds.
 */
function statusesOf(cell: string, market: string, { zone }: Calendar, refuse: (what: string) => never): StatusSpan[] {
  if (market !== 'cn-a') refuse(`no statuses outside China, got ${JSON.stringify(cell)}`);
  return cell.split(';').map((part): StatusSpan => {
    const [, name, first, last] = /^\s*(\*?ST|S-share) (\S+?)\.\.(\S*)\s*$/.exec(part) ?? [];
    const from = dayOfText(first ?? '', zone);
    const to = last ? dayOfText(last, zone) : undefined;
    if (name === undefined || Number.isNaN(from) || (to !== undefined && !(to >= from)))
      return refuse(`statuses such as "ST 2020-05-06..2021-06-01; ST 2023-05-05..", got ${JSON.stringify(cell)}`);
    return { status: name === 'S-share' ? name : 'ST', from, ...(to === undefined ? {} : { to }) };
  });
}

/**
 * Facts by symbol. Columns: symbol, and any of name, sector, listed_on and delisted_on (first and last day of trading), tick_size,
 * quantity_step and minimum_notional (major units; US and crypto), statuses (A-shares: see {@link statusesOf}). An empty cell says nothing. Throws FeedError with the line.
 */
export function readInstruments(path: string): InstrumentFacts {
  let rows: { record: Row; info: { lines: number } }[];
  try {
    const options = { columns: true, info: true, trim: true, skip_empty_lines: true } as const;
    rows = csv().parse(Buffer.from(toUtf8(readFileSync(path), path).bytes), options) as unknown as typeof rows;
  } catch (error) {
    throw new FeedError(
      `readInstruments: expected rows of ${COLUMNS.join(', ')} in ${path}, got ${(error as Error).message}. Mend the file.`,
      { cause: error },
    );
  }
  const facts: Record<Symbol, Partial<Omit<Instrument, 'symbol'>>> = {};
  for (const { record, info } of rows) {
    const refuse = (what: string): never => {
      throw new FeedError(`readInstruments: ${path} line ${info.lines}: expected ${what}. Mend the row.`);
    };
    const strange = Object.keys(record).find((name) => !(COLUMNS as readonly string[]).includes(name));
    if (strange !== undefined) refuse(`the columns ${COLUMNS.join(', ')}, got ${strange}`);
    if (!record.symbol) refuse('a symbol, got none');
    const symbol = canonicalSymbol(record.symbol!);
    const { market } = describeSymbol(symbol);
    const calendar: Calendar = calendarOf(market === 'bench' ? 'crypto' : market);
    const day = (name: 'listed_on' | 'delisted_on'): EpochDay | undefined => {
      const cell = record[name];
      if (!cell) return undefined;
      const read = dayOfText(cell, calendar.zone);
      return Number.isNaN(read) ? refuse(`${name} as a date, got ${JSON.stringify(cell)}`) : read;
    };
    const amount = (name: 'tick_size' | 'quantity_step' | 'minimum_notional'): number | undefined => {
      if (!record[name]) return undefined;
      const value = Number(record[name]);
      if (!(value > 0)) refuse(`${name} above 0, got ${JSON.stringify(record[name])}`);
      if (market === 'cn-a') refuse(`no ${name} for an A-share, whose exchange sets it, got ${value}`);
      return value;
    };
    const [listedOn, delistedOn] = [day('listed_on'), day('delisted_on')];
    const [tickSize, quantityStep, least] = [amount('tick_size'), amount('quantity_step'), amount('minimum_notional')];
    const { units } = describeSymbol(symbol, {
      ...(tickSize === undefined ? {} : { tickSize }),
      ...(quantityStep === undefined ? {} : { quantityStep }),
    });
    facts[symbol] = {
      ...(record.name ? { name: record.name } : {}),
      ...(record.sector ? { sector: record.sector } : {}),
      ...(listedOn === undefined ? {} : { listedOn }),
      ...(delistedOn === undefined ? {} : { delistedOn }),
      ...(record.statuses ? { statuses: statusesOf(record.statuses, market, calendar, refuse) } : {}),
      ...(least === undefined ? {} : { minimumNotionalMinor: leastMinor(least, units.minorPerMajor) }),
      ...(tickSize === undefined && quantityStep === undefined ? {} : { units }),
    };
  }
  return facts;
}
