/** Asks a real source for a little of everything it says it has: the opt-in test for people with a network. */
import { type EpochDay, HindcastError, type Symbol } from '../../core/index.js';
import { describeSymbol } from '../../market/index.js';
import { Cancelled } from '../outside/errors.js';
import { lastClosed } from './check-bars.js';
import { type Capability, capabilitiesOf, type Source, type SourceContext } from './source.js';

export interface LiveAnswer {
  readonly source: string;
  readonly capability: Capability;
  readonly symbol: Symbol;
  readonly state: 'ok' | 'empty' | 'failed';
  readonly rows: number;
  readonly detail: string;
}

const SAMPLE = { 'cn-a': '600000.SH', us: 'AAPL', crypto: 'BTC/USDT', bench: 'BTC/USDT' } as const;
const DAYS = 30;

/** One call a capability, thirty days of a symbol that every such source has. Throws only Cancelled. */
export async function liveCheck(source: Source, context: SourceContext, symbol?: Symbol): Promise<LiveAnswer[]> {
  const asked = symbol ?? SAMPLE[source.markets[0] ?? 'us'];
  const to: EpochDay = lastClosed(describeSymbol(asked).market, context.clock.now());
  const span = { from: to - DAYS, to };
  const query = { symbol: asked, ...span };
  const answers: LiveAnswer[] = [];
  for (const capability of capabilitiesOf(source)) {
    const base = { source: source.id, capability, symbol: asked };
    try {
      const index = { ...query, symbol: '000300.SH', from: to - 2 * DAYS };
      const year = { ...query, from: to - 400 };
      const answer =
        capability === 'quotes'
          ? await source.quotes?.([asked], context)
          : capability === 'calendar'
            ? await source.calendar?.(span, context)
            : capability === 'members'
              ? await source.members?.(index, context)
              : await source[capability]?.(capability === 'dividends' || capability === 'fundamentals' ? year : query, context);
      if (!answer) continue;
      answers.push({ ...base, state: answer.rows.length === 0 ? 'empty' : 'ok', rows: answer.rows.length, detail: answer.empty ?? '' });
    } catch (error) {
      if (error instanceof Cancelled || !(error instanceof HindcastError)) throw error;
      answers.push({ ...base, state: 'failed', rows: 0, detail: error.message });
    }
  }
  return answers;
}
