/** What is wrong, or looks wrong, with stored bars: gaps against the calendar, spikes, days without volume, limits broken, units. */
import { dateOf, type EpochDay, type Symbol } from '../../core/index.js';
import {
  type CitedRulebook,
  calendarOf,
  limitDownTicks,
  limitUpTicks,
  RuleError,
  referenceCloses,
  rulebookFor,
} from '../../market/index.js';
import { readColumns, type StoredColumns } from './columns.js';
import { type Entry, readEntry, storedSymbols } from './entry.js';
import { StoreError } from './errors.js';

export type FindingKind = 'gap' | 'spike' | 'zero-volume' | 'limit' | 'unit' | 'factor';

export interface Finding {
  readonly kind: FindingKind;
  /** First day, and the last where it is a span. */
  readonly day: EpochDay;
  readonly to?: EpochDay;
  readonly detail: string;
}

export interface CheckedSymbol {
  readonly symbol: Symbol;
  readonly bars: number;
  readonly findings: readonly Finding[];
  /** Sessions without a bar of which the source said that trading was suspended. */
  readonly suspended: number;
}

/** A day's total return beyond this, where no price limit would have stopped it, is worth a look. */
const SPIKE = 0.5;
const UNIT_SLACK = 0.01;
/** Growth of the fetched factor against that of the declared actions: rounding of the source's six decimals and of its reference price. */
const FACTOR_SLACK = 0.005;

/** Findings by symbol. Throws StoreError for a symbol that isn't there or whose bytes changed. */
export function checkStore(folder: string, symbols: readonly Symbol[] = storedSymbols(folder)): CheckedSymbol[] {
  if (symbols.length === 0) throw new StoreError(`checkStore: expected symbols in ${folder}, got none. Fetch or import some first.`);
  const rulebooks = new Map<string, CitedRulebook>();
  return symbols.map((symbol) => {
    const entry = readEntry(folder, symbol);
    if (!entry) throw new StoreError(`checkStore: expected a symbol of ${folder}, got ${symbol}. Fetch it first.`);
    const columns = readColumns(folder, entry.file, entry.sha256);
    const { market } = entry.instrument;
    const rulebook = rulebooks.get(market) ?? rulebookFor(market);
    rulebooks.set(market, rulebook);
    const findings = [
      ...gapsOf(entry, columns),
      ...gapsWithin(entry, columns),
      ...pricesOf(entry, columns, rulebook),
      ...unitsOf(entry, columns),
      ...factorsOf(columns),
    ];
    return { symbol, bars: columns.length, findings: findings.sort((a, b) => a.day - b.day), suspended: entry.suspended.length };
  });
}

/** Sessions between the first bar and the last that have none and no known suspension, as spans. */
function gapsOf({ instrument, suspended }: Entry, { day, length }: StoredColumns): Finding[] {
  const calendar = calendarOf(instrument.market === 'bench' ? 'crypto' : instrument.market);
  const excused = new Set(suspended);
  const findings: Finding[] = [];
  let start: number | undefined;
  let row = 0;
  const first = calendar.indexAtOrAfter(day[0] as number);
  const close = (end: number): void => {
    if (start === undefined) return;
    const count = end - start;
    findings.push({
      kind: 'gap',
      day: calendar.sessions[start] as number,
      to: calendar.sessions[end - 1] as number,
      detail: `${count} session${count === 1 ? '' : 's'} without a bar, and no suspension is known`,
    });
    start = undefined;
  };
  for (let at = first; row < length; at++) {
    const session = calendar.sessions[at] as number;
    const there = day[row] === session;
    while (day[row] === session) row++;
    if (there || excused.has(session)) close(at);
    else start ??= at;
  }
  return findings;
}

/** Bars that a session lacks, where bars are shorter: one finding a session, with its first gap. Minutes without trade look the same. */
function gapsWithin({ instrument, intervalMs }: Entry, { day, knownAt, length }: StoredColumns): Finding[] {
  if (knownAt === null || intervalMs === undefined) return [];
  const calendar = calendarOf(instrument.market === 'bench' ? 'crypto' : instrument.market);
  const findings: Finding[] = [];
  for (let row = 0; row < length; ) {
    const session = day[row] as number;
    const midnight = calendar.midnightAt(session);
    const closeAt = calendar.closeAt(session);
    const lacking: number[] = [];
    let expected = 0;
    for (const { from, to } of calendar.spansAt(session)) {
      for (let at = from + intervalMs; at < to + intervalMs; at += intervalMs) {
        expected++;
        const end = Math.min(at, to, closeAt);
        while (day[row] === session && (knownAt[row] as number) < end) row++;
        if (day[row] !== session || knownAt[row] !== end) lacking.push(end);
      }
    }
    while (day[row] === session) row++;
    if (lacking.length === 0) continue;
    const clock = new Date((lacking[0] as number) - midnight).toISOString().slice(11, 16);
    findings.push({ kind: 'gap', day: session, detail: `${lacking.length} of ${expected} bars lacking, the first that ends at ${clock}` });
  }
  return findings;
}

function pricesOf({ instrument, actions }: Entry, columns: StoredColumns, rulebook: CitedRulebook): Finding[] {
  const { day, open, high, low, close, volume, factor, length } = columns;
  const findings: Finding[] = [];
  const references = referenceCloses(columns, actions, instrument.units);
  for (let i = 0; i < length; i++) {
    const today = day[i] as number;
    if (volume[i] === 0 && instrument.kind !== 'index' && columns.knownAt === null)
      findings.push({ kind: 'zero-volume', day: today, detail: 'a bar without volume' });
    if (i === 0 || instrument.kind === 'index') continue;
    const reference = references[i] as number;
    if (reference === 0) continue;
    let limited = false;
    try {
      const rules = rulebook.rulesFor(instrument, today);
      const [up, down] = [limitUpTicks(reference, rules), limitDownTicks(reference, rules)];
      limited = rules.priceLimit !== null;
      if ((high[i] as number) > up || (low[i] as number) < down)
        findings.push({
          kind: 'limit',
          day: today,
          detail: `${low[i]} to ${high[i]} ticks, limits ${down} to ${up} round ${reference}: a wrong price, or a corporate action, listing day or status that is not known`,
        });
    } catch (error) {
      // No rules that early: nothing to hold the prices against.
      if (!(error instanceof RuleError)) throw error;
    }
    const growth = ((close[i] as number) * (factor[i] as number)) / ((close[i - 1] as number) * (factor[i - 1] as number)) - 1;
    if (!limited && Math.abs(growth) > SPIKE)
      findings.push({
        kind: 'spike',
        day: today,
        detail: `total return ${(growth * 100).toFixed(1)} % in a session (open ${open[i]} ticks)`,
      });
  }
  return findings;
}

/** amount / volume outside low..high: lots and shares mixed up, or a wrong amount. One finding, at the first such day. */
function unitsOf({ instrument }: Entry, { day, low, high, volume, amountMinor, length }: StoredColumns): Finding[] {
  if (instrument.kind === 'index') return [];
  const { numerator, denominator } = instrument.units.minorPerUnitTick;
  let count = 0;
  let first: EpochDay | undefined;
  for (let i = 0; i < length; i++) {
    const amount = amountMinor[i] as number;
    if (!(amount > 0 && (volume[i] as number) > 0)) continue;
    const mean = (amount / (volume[i] as number) / numerator) * denominator;
    if (mean >= (low[i] as number) * (1 - UNIT_SLACK) - 1 && mean <= (high[i] as number) * (1 + UNIT_SLACK) + 1) continue;
    count++;
    first ??= day[i] as number;
  }
  return first === undefined ? [] : [{ kind: 'unit', day: first, detail: `amount / volume lies outside low to high on ${count} days` }];
}

/** The source's own factor table against the one built from its actions: what differs is an action that one of them lacks. */
function factorsOf({ day, factor, fetchedFactor, length }: StoredColumns): Finding[] {
  const findings: Finding[] = [];
  for (let i = 1; i < length; i++) {
    const theirs = (fetchedFactor[i] as number) / (fetchedFactor[i - 1] as number);
    const ours = (factor[i] as number) / (factor[i - 1] as number);
    if (!Number.isNaN(theirs) && Math.abs(theirs / ours - 1) > FACTOR_SLACK)
      findings.push({
        kind: 'factor',
        day: day[i] as number,
        detail: `the source's factor grows by ${theirs.toFixed(4)}, the known actions by ${ours.toFixed(4)}: an action is lacking (a rights issue?)`,
      });
  }
  return findings;
}

/** `000001.SZ  gap 2020-01-02 to 2020-01-06: 3 sessions without a bar ...` */
export const describeFinding = (symbol: Symbol, { kind, day, to, detail }: Finding): string =>
  `${symbol}  ${kind} ${dateOf(day)}${to !== undefined && to !== day ? ` to ${dateOf(to)}` : ''}: ${detail}`;
