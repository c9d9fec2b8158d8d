/** Names and dates as prompts show them: plain, or masked so that a model can't know how the story went on. A measurement, not a cure. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { DAY_MS, dateOf, dayOf, type Instant, type Instrument, isoOf, type Symbol } from '../core/index.js';
import { AgentInputError } from './errors.js';

export interface Names {
  symbol(symbol: Symbol): string;
  /** A day as seen from `asOf`. */
  day(at: Instant, asOf: Instant): string;
  /** Names and dates taken out of a text. */
  scrub(text: string, asOf: Instant): string;
}

const dayText = (at: Instant): string => isoOf(at).slice(0, 10);

export const plainNames: Names = { symbol: (symbol) => symbol, day: dayText, scrub: (text) => text };

const relative = (days: number): string => (days === 0 ? 'D' : days < 0 ? `D-${-days}` : `D+${days}`);
const DATES = /(?<!\d)(\d{4})(?:-|年|\/|\.)(\d{1,2})(?:-|月|\/|\.)(\d{1,2})日?(?!\d)/g;
const YEARS = /(?<!\d)(?:19|20)\d{2}(?!\d)(?:年)?/g;

/**
 * Relative dates, neutral names inside the same board (`star-2`), and names in text replaced by `aliases` (symbol to its names; the
 * instrument's own name and code always). Days are counted by the calendar. Throws AgentInputError for a symbol that is no instrument.
 */
export function maskedNames(instruments: readonly Instrument[], aliases: Readonly<Record<Symbol, readonly string[]>> = {}): Names {
  const neutral = new Map<Symbol, string>();
  const counts = new Map<string, number>();
  for (const { symbol, board } of [...instruments].sort((a, b) => (a.symbol < b.symbol ? -1 : 1))) {
    const count = (counts.get(board) ?? 0) + 1;
    counts.set(board, count);
    neutral.set(symbol, `${board}-${count}`);
  }
  const spoken = instruments
    .flatMap(({ symbol, name }) =>
      [name, symbol, symbol.split('.')[0]!, ...(aliases[symbol] ?? [])]
        .filter((one) => one.length > 1)
        .map((one) => [one, neutral.get(symbol)!] as const),
    )
    // Longer names first: a name may hold another.
    .sort(([a], [b]) => b.length - a.length || (a < b ? -1 : 1));
  return {
    symbol(symbol) {
      const name = neutral.get(symbol);
      if (name === undefined)
        throw new AgentInputError(`maskedNames: expected a known instrument, got ${symbol}. Give the run's instruments.`);
      return name;
    },
    day: (at, asOf) => relative(Math.floor(at / DAY_MS) - Math.floor(asOf / DAY_MS)),
    scrub(text, asOf) {
      let plain = text;
      for (const [name, mask] of spoken) plain = plain.split(name).join(mask);
      const today = Math.floor(asOf / DAY_MS);
      return plain
        .replace(DATES, (whole, year: string, month: string, day: string) => {
          const date = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
          return isDate(date) ? relative(dayOf(date) - today) : whole;
        })
        .replace(YEARS, 'year');
    },
  };
}

const isDate = (date: string): boolean => {
  const at = Date.parse(date);
  return Number.isFinite(at) && dateOf(Math.floor(at / DAY_MS)) === date;
};

const aliasTable = z.record(z.string(), z.array(z.string().min(1)));

/** Further names by symbol, from a JSON file: `{"600519.SH": ["茅台"]}`. Throws AgentInputError. */
export function loadAliases(path: string): Readonly<Record<Symbol, readonly string[]>> {
  try {
    return aliasTable.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (cause) {
    const says = cause instanceof z.ZodError ? z.prettifyError(cause) : (cause as Error).message;
    throw new AgentInputError(
      `loadAliases: expected {"<symbol>": ["name", ...]} in ${path}, got ${says.split('\n')[0]}. Correct the file.`,
      { cause },
    );
  }
}
