/** Frozen intents: what a run once chose, replayed as it was under another rulebook, other costs or risk, without deciding again. */
import { z } from 'zod';
import { type ActionTable, DAY_MS, dateOf, type Intent, isoOf, type Step, type Strategy, type Symbol } from '../core/index.js';
import { StrategyError } from './errors.js';
import { NO_INTENTS } from './intents.js';
import { readParameters } from './parameters.js';
import { newestDay } from './rebalance.js';

const fraction = z.number().min(0).max(1);

const sizeSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('none') }),
  z.strictObject({ kind: z.literal('targetWeight'), weight: fraction }),
  z.strictObject({
    kind: z.literal('delta'),
    side: z.enum(['buy', 'sell']),
    fraction,
    basis: z.enum(['cash', 'equity', 'position', 'sellable']),
  }),
]);

export const frozenSchema = z.strictObject({
  of: z.string().min(1).describe('id of the strategy that chose'),
  scope: z
    .enum(['symbol', 'universe'])
    .default('symbol')
    .describe('its scope: one that chose for all may have wanted something of a symbol without a bar'),
  actions: z
    .strictObject({ id: z.string(), rows: z.array(z.strictObject({ name: z.string(), size: sizeSchema })) })
    .describe('its action table'),
  intents: z
    .array(
      z.strictObject({
        day: z.int().describe('epoch day of its session'),
        symbol: z.string().min(1),
        action: z.string().nullable(),
        confidence: fraction,
        why: z.string(),
        decision: z.string().describe('id of the recorded decision'),
        decidedAt: z.number().describe('its instant; 0 in a plan by hand: the first decision of its session'),
      }),
    )
    .describe('recorded intents; HOLD rows may be left out'),
});

export type FrozenIntents = Omit<z.input<typeof frozenSchema>, 'actions'> & { readonly actions: ActionTable };

type Recorded = z.output<typeof frozenSchema>['intents'][number];

/** How many intents of each symbol lie behind; none of a symbol that was not asked for yet. */
export type FrozenState = Record<Symbol, number>;

/**
 * Recorded intents, each given once: at the first decision of its session at or after its instant, which is that instant where the run
 * decides at the recorded points. They were chosen on another portfolio: the id is `frozen:<of>` and every reason begins with `frozen:`.
 * Throws StrategyError when two rows share symbol, session and instant, and when a decision point other than the recorded one would leave
 * an intent out.
 */
export function frozenIntents(parameters: FrozenIntents): Strategy<FrozenState> {
  const { of, scope, actions, intents } = readParameters('frozen', frozenSchema, parameters);
  const bySymbol = inOrder(intents);
  return {
    id: `frozen:${of}`,
    scope,
    // Without strict checks (notebooks) zod takes every key for optional; the schema does not.
    actions: actions as ActionTable,
    init: () => ({}),
    decide(view, symbols, state): Step<FrozenState> {
      const asked = symbols.filter((symbol) => bySymbol.has(symbol));
      if (asked.length === 0) return { intents: NO_INTENTS, state };
      const day = newestDay(view, symbols);
      const thawed: Intent[] = [];
      for (const symbol of asked) {
        const rows = bySymbol.get(symbol)!;
        // What lies before the first decision is not of this run.
        const first = state[symbol] ?? rows.filter((row) => row.day < day).length;
        let next = first;
        if (next < rows.length && rows[next]!.day < day) throw missed(rows[next]!, view.asOf);
        while (next < rows.length && dueAt(rows[next]!) <= view.asOf) next++;
        if (next > first + 1) throw missed(rows[first]!, view.asOf);
        if (next > first) thawed.push(thaw(rows[first]!));
        state[symbol] = next;
      }
      return { intents: thawed.length === 0 ? NO_INTENTS : thawed, state };
    },
  };
}

/** From when on an intent is given. Days begin at midnight UTC, at which a coin's session before ends: its own is later. */
const dueAt = ({ day, decidedAt }: Recorded): number => (decidedAt === 0 ? day * DAY_MS + 1 : decidedAt);

/** Rows by symbol, in the order of session and instant. */
function inOrder(intents: readonly Recorded[]): Map<Symbol, Recorded[]> {
  const bySymbol = new Map<Symbol, Recorded[]>();
  for (const recorded of intents) {
    const rows = bySymbol.get(recorded.symbol);
    if (rows === undefined) bySymbol.set(recorded.symbol, [recorded]);
    else rows.push(recorded);
  }
  for (const [symbol, rows] of bySymbol) {
    rows.sort((a, b) => a.day - b.day || a.decidedAt - b.decidedAt);
    const twice = rows.findIndex((row, i) => i > 0 && row.day === rows[i - 1]!.day && row.decidedAt === rows[i - 1]!.decidedAt);
    if (twice > 0)
      throw new StrategyError(
        `frozen: expected one intent an instant and symbol, got two for ${symbol} on ${dateOf(rows[twice]!.day)}. Pass the rows of one run.`,
      );
  }
  return bySymbol;
}

const missed = ({ symbol, day, decidedAt, decision }: Recorded, asOf: number): StrategyError =>
  new StrategyError(
    `frozen: expected a decision of its own for intent ${decision} (${symbol} on ${dateOf(day)}, ${isoOf(decidedAt)}), got none before ${isoOf(asOf)}. Replay with the recorded decision point and bars.`,
  );

function thaw({ symbol, action, confidence, why, decision, decidedAt }: Recorded): Intent {
  return { symbol, action, confidence, why: `frozen: ${why}`, evidence: [{ kind: 'intent', id: decision, knownAt: decidedAt }] };
}
