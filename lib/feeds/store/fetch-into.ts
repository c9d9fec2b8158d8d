/** Fetches what a store lacks: bars span by span, corporate actions, statuses and factors with them, one symbol after the other. */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { CorporateAction, EpochDay, Instant, Instrument, StatusSpan, Symbol } from '../../core/index.js';
import { calendarOf, describeSymbol } from '../../market/index.js';
import { NotCachedError } from '../cache/errors.js';
import { byExDay, factorOf } from '../corporate-actions.js';
import { OutsideError } from '../outside/errors.js';
import { lastClosed, mayGrow } from '../sources/check-bars.js';
import { barsFrom, type Failure, isFailure, kindOf } from '../sources/fallback.js';
import type { BarRecord } from '../sources/records.js';
import type { BarsAnswer, Source, SourceContext } from '../sources/source.js';
import { newColumns, readColumns, type StoredColumns, writeColumns } from './columns.js';
import { type Connection, openDuckdb } from './duckdb.js';
import { type Entry, readEntry, type Span, writeEntry } from './entry.js';

export interface FetchRequest {
  readonly folder: string;
  /** In order of preference. */
  readonly sources: readonly Source[];
  readonly symbols: readonly Symbol[];
  readonly from: EpochDay;
  readonly to: EpochDay;
  /** Length of the bars, where it is shorter than a session. */
  readonly intervalMs?: number;
}

export interface FetchedSymbol {
  readonly symbol: Symbol;
  /** stored: nothing was lacking; empty: the source has no rows; failed: no source answered. */
  readonly state: 'fetched' | 'stored' | 'empty' | 'failed';
  readonly source?: string;
  readonly bars: number;
  readonly reason?: string;
  /** Sources that were asked first and why they did not serve. */
  readonly failures: readonly Failure[];
}

/** What became of each symbol. A symbol that fails leaves what was stored of it as it was. Throws Cancelled when the caller ends it. */
export async function fetchInto(
  request: FetchRequest,
  context: SourceContext,
  onProgress: (done: number, at: Symbol) => void = () => {},
): Promise<FetchedSymbol[]> {
  mkdirSync(request.folder, { recursive: true });
  const database = await openDuckdb();
  const results: FetchedSymbol[] = [];
  try {
    for (const symbol of request.symbols) {
      try {
        results.push(await fetchSymbol(request, symbol, context, database.connection));
      } catch (error) {
        if (!isFailure(error)) throw error;
        results.push({ symbol, state: 'failed', bars: 0, reason: error.message, failures: [] });
      }
      onProgress(results.length, symbol);
    }
  } finally {
    database.close();
  }
  return results;
}

/** Parts of [from, to] that no span covers. */
export function uncovered(
  spans: readonly { readonly from: EpochDay; readonly to: EpochDay }[],
  from: EpochDay,
  to: EpochDay,
): { from: EpochDay; to: EpochDay }[] {
  const gaps: { from: EpochDay; to: EpochDay }[] = [];
  let next = from;
  for (const span of [...spans].sort((a, b) => a.from - b.from)) {
    if (span.to < next) continue;
    if (span.from > to) break;
    if (span.from > next) gaps.push({ from: next, to: span.from - 1 });
    next = span.to + 1;
  }
  if (next <= to) gaps.push({ from: next, to });
  return gaps;
}

async function fetchSymbol(
  { folder, sources, from, to, intervalMs }: FetchRequest,
  wanted: Symbol,
  context: SourceContext,
  connection: Connection,
): Promise<FetchedSymbol> {
  const described = describeSymbol(wanted);
  const { symbol, market } = described;
  const calendar = calendarOf(market === 'bench' ? 'crypto' : market);
  const before = readEntry(folder, symbol);
  const end = Math.min(to, lastClosed(market, context.clock.now()));
  const covered = (before?.spans ?? []).map((span) => (context.cached?.offline ? { ...span, to: span.askedTo ?? span.to } : span));
  const gaps = uncovered(covered, from, end).filter((gap) => calendar.indexAtOrAfter(gap.from) < calendar.indexAtOrAfter(gap.to + 1));
  if (gaps.length === 0) return { symbol, state: 'stored', bars: 0, failures: [] };

  const answers: { source: Source; answer: BarsAnswer; gap: { from: EpochDay; to: EpochDay } }[] = [];
  const failures: Failure[] = [];
  const interval = intervalMs === undefined ? {} : { intervalMs };
  let kind = before?.kind;
  let empty = '';
  for (const gap of gaps) {
    const found = await barsFrom(sources, { symbol, ...gap, ...interval }, context, kind);
    failures.push(...found.failures);
    if (found.answer.rows.length === 0) {
      empty = found.answer.empty ?? '';
      continue;
    }
    kind = kindOf(found.answer);
    answers.push({ ...found, gap });
  }
  const [first] = answers;
  if (!first || kind === undefined) return { symbol, state: 'empty', bars: 0, reason: empty, failures };

  const columns = merged(
    before && readColumns(folder, before.file, before.sha256),
    answers.flatMap(({ answer }) => answer.rows),
    intervalMs !== undefined,
  );
  const firstDay = columns.day[0] as EpochDay;
  const lastDay = columns.day[columns.length - 1] as EpochDay;
  const notes = new Set([
    ...(before?.notes ?? []).filter((note) => !note.startsWith(`${symbol}: `)),
    ...answers.flatMap(({ source, answer }) => [
      ...source.notes,
      ...(answer.ofSet ?? []),
      ...answer.notes.map((note) => `${symbol}: ${note}`),
    ]),
  ]);
  const remark = (text: string) => notes.add(`${symbol}: ${text}`);
  const { source } = first;
  const query = { symbol, from: firstDay, to: Math.max(lastDay, end) };
  const attempt = async <T>(what: string, ask: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await ask();
    } catch (error) {
      // Only what stays so is a remark. Anything else ends the symbol, or its bars would count as fetched without their actions.
      if (!isFailure(error) || error instanceof NotCachedError || (error instanceof OutsideError && error.mayRetry)) throw error;
      remark(`${what} not known: ${error.message}`);
      return undefined;
    }
  };

  let state: Instrument['corporateActions'] = described.kind === 'index' || described.kind === 'spot' ? 'none' : 'unknown';
  let actions: readonly CorporateAction[] = [];
  let known: Entry['actionsKnown'];
  if (state === 'unknown' && source.dividends) {
    const found = await attempt(
      'corporate actions',
      () => source.dividends?.(query, context) as ReturnType<NonNullable<Source['dividends']>>,
    );
    if (found) {
      actions = byExDay(found.rows);
      state = actions.length === 0 ? 'none' : actions.some(({ origin }) => origin === 'derived') ? 'derived' : 'declared';
      known = { from: Math.max(firstDay, found.known?.from ?? firstDay), to: Math.min(query.to, found.known?.to ?? query.to) };
      for (const lack of found.lacks) remark(`corporate actions lack ${lack}.`);
    } else if (before) {
      // What was known stays known, up to where it was.
      ({ actions, actionsKnown: known } = before);
      state = before.instrument.corporateActions;
    }
  }
  if (actions.length > 0) columns.factor.set(factorOf(columns.day, columns.close, actions, described.units));
  else columns.factor.fill(1);

  const factors =
    source.factors && described.kind === 'stock'
      ? await attempt('the factor table', () => source.factors?.(query, context) as ReturnType<NonNullable<Source['factors']>>)
      : undefined;
  if (factors) {
    const byDay = new Map(factors.rows.map(({ day, factor }) => [day, factor]));
    for (let i = 0; i < columns.length; i++) columns.fetchedFactor[i] = byDay.get(columns.day[i] as number) ?? Number.NaN;
  }
  const statuses =
    source.status && described.kind === 'stock'
      ? await attempt('the listing status', () => source.status?.(query, context) as ReturnType<NonNullable<Source['status']>>)
      : undefined;
  const spans = statuses?.rows
    .filter(({ status }) => status !== 'suspended')
    .map(
      ({ status, from: start, to: stop }): StatusSpan => ({
        status: status as StatusSpan['status'],
        from: start,
        ...(stop === undefined ? {} : { to: stop }),
      }),
    );
  const told = first.answer.instrument ?? before?.instrument;
  const name = statuses?.rows.filter(({ status }) => status !== 'suspended').at(-1)?.name ?? told?.name ?? symbol;

  const placed = await writeColumns(connection, folder, symbol, columns);
  const entry: Entry = {
    symbol,
    kind,
    ...interval,
    instrument: {
      ...told,
      symbol,
      name,
      market,
      board: described.board,
      kind: described.kind,
      units: first.answer.units,
      ...(spans && spans.length > 0 ? { statuses: spans } : {}),
      corporateActions: state,
    },
    ...placed,
    rows: columns.length,
    from: firstDay,
    to: lastDay,
    spans: [...(before?.spans ?? []), ...answers.map(coveredBy)],
    actions,
    ...(known ? { actionsKnown: known } : {}),
    suspended: [
      ...new Set([
        ...(before?.suspended ?? []),
        ...answers.flatMap(({ answer }) => answer.missing.filter(({ reason }) => reason === 'suspended').map(({ day }) => day)),
      ]),
    ].sort((a, b) => a - b),
    synthetic: answers.some(({ answer }) => answer.synthetic),
    notes: [...notes],
  };
  writeEntry(folder, entry);
  if (before && before.file !== entry.file) rmSync(join(folder, before.file), { force: true });
  return {
    symbol,
    state: 'fetched',
    source: [...new Set(answers.map(({ source: { id } }) => id))].join(', '),
    bars: columns.length - (before?.rows ?? 0),
    ...(empty === '' ? {} : { reason: empty }),
    failures,
  };
}

/** From the gap's start to the last day of which the answer is sure: its last bar, or a suspension after it that the source confirms. */
function coveredBy({ source, answer, gap }: { source: Source; answer: BarsAnswer; gap: { from: EpochDay; to: EpochDay } }): Span {
  let to = (answer.rows.at(-1) as BarRecord).day;
  for (const { day, reason } of answer.missing) {
    if (day < to) continue;
    if (reason === 'unconfirmed') break;
    to = day;
  }
  const asked = Math.min(gap.to, answer.completeTo);
  const settled = asked > to && !mayGrow(answer);
  return { from: gap.from, to, ...(settled ? { askedTo: asked } : {}), source: source.id, retrievedAt: answer.retrievedAt };
}

function merged(before: StoredColumns | undefined, rows: readonly BarRecord[], intraday: boolean): StoredColumns {
  const byTime = new Map<number, Omit<BarRecord, 'eventAt'>>();
  const keyOf = (row: { day: EpochDay; knownAt: Instant }): number => (intraday ? row.knownAt : row.day);
  if (before) {
    for (let i = 0; i < before.length; i++) {
      const amount = before.amountMinor[i] as number;
      const row = {
        day: before.day[i] as number,
        knownAt: before.knownAt?.[i] ?? Number.NaN,
        open: before.open[i] as number,
        high: before.high[i] as number,
        low: before.low[i] as number,
        close: before.close[i] as number,
        volume: before.volume[i] as number,
        amountMinor: Number.isNaN(amount) ? null : amount,
      };
      byTime.set(keyOf(row), row);
    }
  }
  // What is stored stays as it was first known: a later answer never rewrites a bar.
  for (const row of rows) if (!byTime.has(keyOf(row))) byTime.set(keyOf(row), row);
  const sorted = [...byTime].sort((a, b) => a[0] - b[0]);
  const columns = newColumns(sorted.length, intraday);
  for (const [i, [, row]] of sorted.entries()) {
    columns.day[i] = row.day;
    if (columns.knownAt) columns.knownAt[i] = row.knownAt;
    columns.open[i] = row.open;
    columns.high[i] = row.high;
    columns.low[i] = row.low;
    columns.close[i] = row.close;
    columns.volume[i] = row.volume;
    columns.amountMinor[i] = row.amountMinor ?? Number.NaN;
  }
  return columns;
}

/** One line a symbol, for people. */
export function describeFetched({ symbol, state, source, bars, reason, failures }: FetchedSymbol): string {
  const parts = [state === 'fetched' ? `${symbol}: ${bars} bars from ${source}` : `${symbol}: ${state}`];
  if (reason !== undefined) parts.push(reason);
  for (const failure of failures) parts.push(`${failure.source} did not serve: ${failure.reason}`);
  return parts.join('; ');
}
