/** actions.csv: the dated corporate actions that lie beside a folder of bars. */
import { readFileSync } from 'node:fs';
import {
  type CorporateAction,
  dateOf,
  type EpochDay,
  type Instant,
  instantAt,
  lazyPackage,
  type Ratio,
  ratio,
  type Symbol,
  type Units,
} from '../core/index.js';
import type { Calendar } from '../market/index.js';
import { byExDay, reduced } from './corporate-actions.js';
import { dayOfText } from './date-text.js';
import { toUtf8 } from './encoding.js';
import { FeedError } from './errors.js';
import { canonicalSymbol } from './symbol-text.js';

const csv = lazyPackage<typeof import('csv-parse/sync')>('csv-parse/sync');

export const ACTIONS_FILE = 'actions.csv';
const COLUMNS = [
  'symbol',
  'ex_date',
  'record_date',
  'pay_date',
  'known_at',
  'cash_per_share',
  'bonus_per_share',
  'transfer_per_share',
] as const;
type Row = Partial<Record<(typeof COLUMNS)[number], string>>;

/**
 * A decimal such as 0.0335, or a ratio such as -2/3, as an exact ratio of integers, times `scale`; undefined for an empty cell or zero.
 * Below 0 only where new shares may be fewer.
 */
function exactRatio(text: string | undefined, scale: Ratio, mayFall: boolean, refuse: (what: string) => never): Ratio | undefined {
  if (text === undefined || text === '') return undefined;
  const match = /^(-?)(\d{1,9})(?:\.(\d{1,9})|\/([1-9]\d{0,8}))?$/.exec(text);
  if (!match || (match[1] === '-' && !mayFall))
    return refuse(`a decimal of at least ${mayFall ? '-1' : '0'}, or a ratio such as 1/2, got ${JSON.stringify(text)}`);
  const decimals = match[3] ?? '';
  const magnitude = Number((match[2] as string) + decimals);
  const denominator = match[4] === undefined ? 10 ** decimals.length : Number(match[4]);
  if (match[1] === '-' && magnitude >= denominator) return refuse(`more than -1 new shares per share, got ${JSON.stringify(text)}`);
  const numerator = match[1] === '-' ? -magnitude : magnitude;
  return numerator === 0 ? undefined : reduced(numerator * scale.numerator, denominator * scale.denominator);
}

/** Minor units per quantity unit in one major unit per share: 100 for stocks. */
const cashScale = (units: Units): Ratio => reduced(units.minorPerMajor, Math.round(1 / units.quantityStep));
const AS_IT_IS = ratio(1, 1);

/**
 * When an action could be known: a stated time as it is (exchange time where it names no zone); a date alone at 00:00 of the next
 * session; nothing at all, or anything later, at 00:00 of the ex-day, whose reference price the exchange publishes before the open.
 */
function knownAtOf(text: string | undefined, exDay: EpochDay, calendar: Calendar, refuse: (what: string) => never): Instant {
  const latest = instantAt(exDay, '00:00', calendar.zone);
  if (text === undefined || text === '') return latest;
  const day = dayOfText(text, calendar.zone);
  if (Number.isNaN(day)) return refuse(`known_at as a date or time, got ${JSON.stringify(text)}`);
  const time = /[T ](\d{2}:\d{2}(?::\d{2})?)/.exec(text)?.[1];
  if (time !== undefined) {
    const stated = /(Z|[+-]\d{2}:?\d{2})$/.test(text) ? Date.parse(text.replace(' ', 'T')) : instantAt(day, time, calendar.zone);
    return Math.min(stated, latest);
  }
  const next = calendar.sessions[calendar.indexAtOrAfter(day + 1)];
  return next === undefined ? latest : Math.min(instantAt(next, '00:00', calendar.zone), latest);
}

/**
 * Actions by symbol, by ex-day. Columns: symbol, ex_date, cash_per_share, bonus_per_share (送), transfer_per_share (转, splits; below 0 for a reverse one: -9/10 is 1:10), and
 * optional record_date, pay_date, known_at. Amounts are major units and new shares per share held. A row that names only a symbol
 * says that it had none. `unitsOf` is undefined for symbols without bars: their rows are passed over. Throws FeedError with the line.
 */
export function readActions(
  path: string,
  calendar: Calendar,
  unitsOf: (symbol: Symbol) => Units | undefined,
): Map<Symbol, CorporateAction[]> {
  const found = new Map<Symbol, CorporateAction[]>();
  let rows: { record: Row; info: { lines: number } }[];
  try {
    rows = csv().parse(Buffer.from(toUtf8(readFileSync(path), path).bytes), {
      columns: true,
      info: true,
      trim: true,
      skip_empty_lines: true,
    }) as unknown as typeof rows;
  } catch (error) {
    throw new FeedError(`readActions: expected rows of ${COLUMNS.join(', ')} in ${path}, got ${(error as Error).message}. Mend the file.`, {
      cause: error,
    });
  }
  for (const { record, info } of rows) {
    const refuse = (what: string): never => {
      throw new FeedError(`readActions: ${path} line ${info.lines}: expected ${what}. Mend the row.`);
    };
    if (record.symbol === undefined || record.ex_date === undefined)
      refuse(`the columns symbol and ex_date, got ${Object.keys(record).join(', ')}`);
    const symbol = canonicalSymbol(record.symbol as string);
    const units = unitsOf(symbol);
    if (!units) continue;
    const list = found.get(symbol) ?? [];
    found.set(symbol, list);
    if (record.ex_date === '') continue;
    const day = (name: 'ex_date' | 'record_date' | 'pay_date'): EpochDay | undefined => {
      const cell = record[name];
      if (cell === undefined || cell === '') return undefined;
      const read = dayOfText(cell, calendar.zone);
      return Number.isNaN(read) ? refuse(`${name} as a date, got ${JSON.stringify(cell)}`) : read;
    };
    const exDay = day('ex_date') as EpochDay;
    if (!calendar.isSession(exDay)) refuse(`an ex_date on a session of ${calendar.id}, got ${dateOf(exDay)}`);
    const payDay = day('pay_date') ?? exDay;
    if (payDay < exDay) refuse(`pay_date not before ex_date, got ${dateOf(payDay)} and ${dateOf(exDay)}`);
    const recordDay = day('record_date');
    const cash = exactRatio(record.cash_per_share, cashScale(units), false, refuse);
    const bonus = exactRatio(record.bonus_per_share, AS_IT_IS, false, refuse);
    const transfer = exactRatio(record.transfer_per_share, AS_IT_IS, true, refuse);
    if (!(cash || bonus || transfer)) refuse('cash, bonus or transfer other than 0');
    list.push({
      symbol,
      exDay,
      ...(recordDay === undefined ? {} : { recordDay }),
      payDay,
      knownAt: knownAtOf(record.known_at, exDay, calendar, refuse),
      ...(cash ? { cash } : {}),
      ...(bonus ? { bonus } : {}),
      ...(transfer ? { transfer } : {}),
      origin: 'declared',
    });
  }
  return new Map(Array.from(found, ([symbol, list]) => [symbol, byExDay(list)]));
}
