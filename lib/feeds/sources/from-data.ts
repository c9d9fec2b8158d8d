/** A source out of market data that is already here: the user's own files, a DuckDB table, the bars that ship. */
import type { Symbol } from '../../core/index.js';
import { calendarOf } from '../../market/index.js';
import { lengthOf } from '../assemble.js';
import type { MarketData } from '../market-data.js';
import { lastClosed } from './check-bars.js';
import { UnsupportedQuery } from './errors.js';
import type { BarRecord, MissingDay } from './records.js';
import { answerOf, type Source, SURVIVORSHIP } from './source.js';

/** Notes that begin with a symbol are of it alone. */
function notesOf({ notes, series }: MarketData, symbol: Symbol): { own: string[]; ofSet: string[] } {
  const subject = (note: string): string => note.slice(0, Math.max(0, note.indexOf(': ')));
  return {
    own: notes.filter((note) => subject(note) === symbol).map((note) => note.slice(symbol.length + 2)),
    ofSet: notes.filter((note) => !series.has(subject(note))),
  };
}

/**
 * `load` is called for the symbols that are asked for; its data may hold more. `notes`: of data that says by itself how its symbols
 * were chosen, none.
 */
export function sourceOfData(id: string, load: (symbol: Symbol) => Promise<MarketData>, notes: readonly string[] = [SURVIVORSHIP]): Source {
  return {
    id,
    markets: ['cn-a', 'us', 'crypto'],
    adjustments: ['raw'],
    intraday: true,
    notes,

    async bars(query, context) {
      const data = await load(query.symbol);
      const instrument = data.instruments.find(({ symbol }) => symbol === query.symbol);
      const series = data.series.get(query.symbol);
      if (!instrument || !series)
        throw new UnsupportedQuery(
          `${id}: expected a symbol that is there, got ${query.symbol}. It has ${[...data.series.keys()].slice(0, 20).join(', ')}.`,
        );
      const { market, units } = instrument;
      if (data.intervalMs !== query.intervalMs)
        throw new UnsupportedQuery(
          `${id}: expected to be asked for its ${lengthOf(data.intervalMs)} bars, got ${lengthOf(query.intervalMs)}. Ask for those.`,
        );
      const calendar = calendarOf(market === 'bench' ? 'crypto' : market);
      const rows: BarRecord[] = [];
      const missing: MissingDay[] = [];
      const retrievedAt = context.clock.now();
      const completeTo = Math.min(query.to, lastClosed(market, retrievedAt));
      let before = -1;
      for (let i = 0; i < series.length; i++) {
        const day = series.day[i] as number;
        if (day < query.from || day > completeTo) continue;
        const session = calendar.indexAtOrAfter(day);
        for (let gap = before + 1; before >= 0 && gap < session; gap++)
          missing.push({ day: calendar.sessions[gap] as number, reason: 'unconfirmed' });
        before = session;
        const known = series.knownAt[i] as number;
        rows.push({
          day,
          eventAt: known,
          knownAt: known,
          open: series.open[i] as number,
          high: series.high[i] as number,
          low: series.low[i] as number,
          close: series.close[i] as number,
          volume: series.volume[i] as number,
          amountMinor: null,
        });
      }
      const { own, ofSet } = notesOf(data, query.symbol);
      return {
        ...answerOf(id, retrievedAt, rows, 'no bars in the span', own),
        ofSet,
        instrument,
        ...(data.synthetic ? { synthetic: true } : {}),
        symbol: query.symbol,
        market,
        adjustment: 'raw',
        units,
        ...(data.intervalMs === undefined ? {} : { intervalMs: data.intervalMs }),
        completeTo,
        missing,
      };
    },

    async dividends(query, context) {
      const data = await load(query.symbol);
      const state = data.instruments.find(({ symbol }) => symbol === query.symbol)?.corporateActions;
      if (state === undefined || state === 'unknown')
        throw new UnsupportedQuery(
          `${id}: expected known corporate actions of ${query.symbol}, got none. Give an actions.csv beside the bars.`,
        );
      const actions = (data.actions.get(query.symbol) ?? []).filter(({ exDay }) => exDay >= query.from && exDay <= query.to);
      const known = data.actionsKnown?.[query.symbol];
      return { ...answerOf(id, context.clock.now(), actions, 'no dividend in the span'), lacks: [], ...(known ? { known } : {}) };
    },
  };
}
