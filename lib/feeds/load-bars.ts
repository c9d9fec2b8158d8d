/** The user's own bars: a CSV or Parquet file or a folder of them, checked row by row and brought to the project's form. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { HindcastError, type Instrument, type Symbol, type Units } from '../core/index.js';
import { describeSymbol } from '../market/index.js';
import { ACTIONS_FILE } from './actions-file.js';
import { assemble, type Entry, type LoadedBars, type LoadedFile } from './assemble.js';
import { openBarRows } from './bar-rows.js';
import { type Field, statedVolumeUnit } from './columns.js';
import { reduced } from './corporate-actions.js';
import { BadRowError, type BadRowReason, FeedError } from './errors.js';
import { INSTRUMENTS_FILE, type InstrumentFacts, readInstruments } from './instruments-file.js';
import type { BarStamp } from './intraday-rows.js';
import { SeriesBuilder } from './series-builder.js';
import { isStoredData, readData } from './stored-data.js';
import { canonicalSymbol, symbolOfFile } from './symbol-text.js';
import type { VolumeUnit } from './volume-unit.js';

export interface LoadOptions {
  /** Symbol of a file that has no such column and whose name is none. */
  readonly symbol?: Symbol;
  /** Only these symbols. */
  readonly symbols?: readonly Symbol[];
  /** Symbol that serves as the index; the one index among the symbols when not given. */
  readonly index?: Symbol;
  /** What a volume counts; told from the amounts, or taken as shares, when not given. */
  readonly volumeUnit?: VolumeUnit;
  /** Major units in one tick, for prices finer than the market's own. */
  readonly tickSize?: number;
  /** What the time of a bar shorter than a session is; told from the times themselves, else by what files of the market usually do. */
  readonly barStamp?: BarStamp;
  /** refuse: the first bad row ends the load; skip: it is left out and counted. */
  readonly onBadRow?: 'refuse' | 'skip';
}

/**
 * Bars of `path`: a file, a folder of files (with `actions.csv` for dated corporate actions, `instruments.csv` for listing days, ticks and
 * quantity steps), or a folder that `writeData` wrote.
 * Prices must be raw; an adjusted close, or a factor, beside them yields derived corporate actions. Without either, and without
 * actions.csv, they are `unknown`. Throws BadRowError for a bad row, FeedError for a file that can't be used: nothing is made up.
 */
export function loadBars(path: string, options: LoadOptions = {}): LoadedBars {
  if (!existsSync(path)) throw new FeedError(`loadBars: expected a file or folder at ${path}, got nothing there. Check the path.`);
  if (!statSync(path).isDirectory()) return loadFiles([path], undefined, path, options);
  if (isStoredData(path)) return { ...readData(path), mappings: [] };
  const names = readdirSync(path).filter(
    (name) => /\.(csv|tsv|txt|parquet)$/i.test(name) && name !== ACTIONS_FILE && name !== INSTRUMENTS_FILE,
  );
  if (names.length === 0) throw new FeedError(`loadBars: expected CSV or Parquet files in ${path}, got none. Name a folder with bars.`);
  const actions = join(path, ACTIONS_FILE);
  const instruments = join(path, INSTRUMENTS_FILE);
  return loadFiles(
    names.sort().map((name) => join(path, name)),
    existsSync(actions) ? actions : undefined,
    path,
    options,
    existsSync(instruments) ? readInstruments(instruments) : {},
  );
}

/** The loader behind {@link loadBars} and the embedded sets. `facts` override what a symbol's code tells. */
export function loadFiles(
  files: readonly string[],
  actionsFile: string | undefined,
  source: string,
  options: LoadOptions = {},
  facts: InstrumentFacts = {},
): LoadedBars {
  const { onBadRow = 'refuse' } = options;
  const skipped: Record<string, number> = {};
  const entries = new Map<Symbol, Entry>();
  const loaded: LoadedFile[] = [];

  const describe = (text: string, name: string): Instrument => {
    const described = describeSymbol(text);
    const { symbol } = described;
    const index = symbol === options.index ? { kind: 'index' as const, board: 'index' } : {};
    const { units, ...rest } = { ...described, ...index, name: name || symbol, ...facts[symbol] };
    return { ...rest, units: options.tickSize === undefined ? units : finerUnits(units, options.tickSize), corporateActions: 'unknown' };
  };

  for (const [file, path] of files.entries()) {
    const rows = openBarRows(path);
    const { columns, header } = rows;
    const name = (field: Field): string => header?.[columns[field] as number] ?? `#${(columns[field] as number) + 1}`;
    if (/[前后]复权/.test(rows.title)) {
      throw new FeedError(
        `loadBars: expected raw prices in ${path}, got ${JSON.stringify(rows.title)}: adjusted ones, which change with every later dividend. Export it with 不复权.`,
      );
    }
    const used = new Set(Object.values(columns));
    loaded.push({
      path,
      mapping: {
        file: basename(path),
        format: rows.format,
        columns: Object.fromEntries((Object.keys(columns) as Field[]).map((field) => [field, name(field)])),
        ignored: (header ?? []).filter((_, at) => !used.has(at)),
      },
      statedUnit: options.volumeUnit ?? (columns.volume === undefined ? undefined : statedVolumeUnit(name('volume'))),
    });
    const bad = (line: number, reason: BadRowReason, detail: string): void => {
      if (onBadRow === 'refuse') throw new BadRowError(path, line, reason, detail);
      skipped[reason] = (skipped[reason] ?? 0) + 1;
    };
    const derives = columns.adjustedClose !== undefined || columns.factor !== undefined || columns.adjustFactor !== undefined;
    const open = (instrument: Instrument): SeriesBuilder | undefined => {
      const known = entries.get(instrument.symbol);
      if (known?.file === file) return known.builder;
      if (known) {
        throw new FeedError(
          `loadBars: expected one file for ${instrument.symbol}, got ${basename(files[known.file] as string)} and ${basename(path)}. Join them or take one away.`,
        );
      }
      if (options.symbols && !options.symbols.includes(instrument.symbol)) return undefined;
      if (columns.volume === undefined && instrument.kind !== 'index') {
        throw new FeedError(
          `loadBars: expected a volume column in ${path}, got ${(header ?? []).join(', ')}. Fills need it; only an index may lack it.`,
        );
      }
      const builder = new SeriesBuilder(instrument, { adjusted: derives, divided: columns.factor !== undefined }, bad);
      entries.set(instrument.symbol, { builder, file, derives });
      return builder;
    };

    const titled = /^(\d{6})\s+(\S+)/.exec(rows.title);
    const whole =
      columns.symbol === undefined
        ? open(
            describeFile(
              path,
              options.symbol ?? (titled ? titledSymbol(path, titled[1] as string) : undefined),
              titled?.[2] ?? '',
              describe,
            ),
          )
        : undefined;
    const builders = new Map<string, SeriesBuilder | HindcastError | undefined>();
    /** Builder of a symbol as the file writes it; undefined when nobody asked for it, an error when it is no symbol. */
    const builderOf = (text: string): SeriesBuilder | HindcastError | undefined => {
      if (columns.symbol === undefined) return whole;
      if (builders.has(text)) return builders.get(text);
      let found: SeriesBuilder | HindcastError | undefined;
      try {
        found = open(describe(canonicalSymbol(text), ''));
      } catch (error) {
        if (!(error instanceof HindcastError) || error instanceof FeedError) throw error;
        found = error;
      }
      builders.set(text, found);
      return found;
    };
    rows.each(
      (text) => {
        const builder = builderOf(text);
        return zoneOf(builder instanceof SeriesBuilder ? builder.instrument : undefined);
      },
      (row, text) => {
        const builder = builderOf(text);
        if (builder instanceof HindcastError) bad(row.line, 'unknown-symbol', builder.message);
        else builder?.push(row);
      },
      (line, cells) => bad(line, 'too-few-cells', `${cells} cells`),
    );
  }
  return assemble(entries, loaded, { source, actionsFile, index: options.index, barStamp: options.barStamp, skipped });
}

function describeFile(
  path: string,
  symbol: Symbol | undefined,
  name: string,
  describe: (text: string, name: string) => Instrument,
): Instrument {
  try {
    return describe(canonicalSymbol(symbol ?? symbolOfFile(basename(path))), name);
  } catch (error) {
    if (!(error instanceof HindcastError)) throw error;
    throw new FeedError(
      `loadBars: expected a symbol column, or a file named after its symbol, got ${basename(path)}. Rename it (600000.SH.csv, AAPL.csv, BRK.B.csv, BTC-USDT.csv) or name the symbol.`,
      { cause: error },
    );
  }
}

/** A TDX title has the bare code; the file's name, such as SH#600000.txt, knows the exchange. */
function titledSymbol(path: string, code: string): Symbol {
  const named = symbolOfFile(basename(path));
  return named.startsWith(code) ? named : code;
}

const zoneOf = (instrument: Instrument | undefined): string =>
  instrument?.market === 'us' ? 'America/New_York' : instrument?.market === 'crypto' ? 'UTC' : 'Asia/Shanghai';

function finerUnits(units: Units, tickSize: number): Units {
  const perMajor = Math.round(1 / tickSize);
  if (!(tickSize > 0) || Math.abs(perMajor * tickSize - 1) > 1e-9 || !/^10*$/.test(String(perMajor)))
    throw new FeedError(`loadBars: expected a tickSize such as 0.01 or 0.0001, got ${tickSize}. Choose a power of ten of at most 1.`);
  const steps = Math.round(1 / units.quantityStep);
  return { ...units, tickSize, minorPerUnitTick: reduced(units.minorPerMajor, perMajor * steps) };
}
