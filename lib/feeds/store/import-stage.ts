/** One pass over the text of a large CSV file: each row checked as the loader checks it and kept with its symbol. */
import { basename } from 'node:path';
import { DAY_MS, dateOf, HindcastError, type Instrument, type Symbol } from '../../core/index.js';
import { type CalendarId, calendarOf, describeSymbol } from '../../market/index.js';
import { BadRowError, type BadRowReason, FeedError } from '../errors.js';
import { SeriesBuilder } from '../series-builder.js';
import { canonicalSymbol, symbolOfFile } from '../symbol-text.js';
import type { Table } from '../table.js';
import { BarStream } from './bar-stream.js';
import { type ImportRequest, refuseStored } from './import-request.js';
import { type Spill, StagedRows } from './staged-rows.js';

const zones: Readonly<Record<string, string>> = { us: 'America/New_York', crypto: 'UTC' };

/** One symbol while the file is read. */
export interface Staged {
  readonly instrument: Instrument;
  readonly builder: SeriesBuilder;
  readonly rows: StagedRows;
}

/** 1 on each session, by epoch day. */
function sessionTable(market: CalendarId): Uint8Array {
  const { sessions } = calendarOf(market);
  const table = new Uint8Array((sessions[sessions.length - 1] as number) + 1);
  for (const day of sessions) table[day] = 1;
  return table;
}

/** One pass over the text. Throws BadRowError for the first row that can't be true, FeedError for a second market. */
export async function stage({ folder, path, options = {}, replace = false }: ImportRequest, table: Table, bodyStart: number, spill: Spill) {
  const refuse = (line: number, reason: BadRowReason, detail: string): never => {
    throw new BadRowError(path, line, reason, detail);
  };
  const staged = new Map<Symbol, Staged>();
  let isSession: Uint8Array = new Uint8Array(0);
  let market = '';
  /** Undefined: nobody asked for it. */
  const open = (raw: string, line: number): Staged | undefined => {
    const text = canonicalSymbol(table.columns.symbol === undefined ? (options.symbol ?? symbolOfFile(basename(path))) : raw);
    let instrument: Instrument;
    try {
      const described = describeSymbol(text);
      const { symbol, kind } = described;
      instrument = { ...described, name: symbol, corporateActions: kind === 'index' || kind === 'spot' ? 'none' : 'unknown' };
    } catch (error) {
      if (!(error instanceof HindcastError)) throw error;
      return refuse(line, 'unknown-symbol', error.message);
    }
    const { symbol } = instrument;
    if (options.symbols && !options.symbols.includes(symbol)) return undefined;
    const known = staged.get(symbol);
    if (known) return known;
    if (market !== '' && market !== instrument.market)
      throw new FeedError(`importInto: expected bars of one market in ${path}, got ${market} and ${instrument.market}. Split the file.`);
    if (market === '') isSession = sessionTable(instrument.market as CalendarId);
    market = instrument.market;
    refuseStored(folder, [symbol], replace);
    const builder = new SeriesBuilder(instrument, { adjusted: false, divided: false }, refuse);
    const found = { instrument, builder, rows: new StagedRows(spill) };
    staged.set(symbol, found);
    return found;
  };
  await new BarStream<Staged | undefined>(path, table, {
    open,
    zoneOf: (one) => zones[one?.instrument.market ?? ''] ?? 'Asia/Shanghai',
    row(row, one) {
      if (!one?.builder.judge(row)) return;
      if (isSession[row.day] !== 1) refuse(row.line, 'not-a-session', `${dateOf(row.day)} is no session of calendar ${market}`);
      one.rows.push(Number.isNaN(row.clock) ? row.day : row.day + row.clock / DAY_MS, row.line, one.builder.taken);
    },
    short: (line, cells) => refuse(line, 'too-few-cells', `${cells} cells`),
    settled: () => spill.settled(),
  }).read(bodyStart);
  await spill.finish();
  // A symbol whose days are all without trade has nothing to store.
  const traded = [...staged.values()].filter(({ rows }) => rows.length > 0);
  if (traded.length === 0) throw new FeedError(`importInto: expected bars in ${path}, got none that can be used. Check the file.`);
  return traded;
}
