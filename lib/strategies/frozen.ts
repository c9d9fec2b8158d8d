/** Frozen intents: what a run once chose, replayed as it was under another rulebook, other costs or risk, without deciding again. */
import { z } from 'zod';
import type { ActionTable, EpochDay, Intent, Step, Strategy, Symbol } from '../core/index.js';
import { StrategyError } from './errors.js';
import { NO_INTENTS } from './intents.js';
import { readParameters } from './parameters.js';

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
  actions: z
    .strictObject({ id: z.string(), rows: z.array(z.strictObject({ name: z.string(), size: sizeSchema })) })
    .describe('its action table'),
  intents: z
    .array(
      z.strictObject({
        day: z.int().describe('epoch day of the newest bar that the decision saw'),
        symbol: z.string().min(1),
        action: z.string().nullable(),
        confidence: fraction,
        why: z.string(),
        decision: z.string().describe('id of the recorded decision'),
        decidedAt: z.number().describe('its instant'),
      }),
    )
    .describe('recorded intents; HOLD rows may be left out'),
});

export type FrozenIntents = Omit<z.input<typeof frozenSchema>, 'actions'> & { readonly actions: ActionTable };

type Recorded = z.output<typeof frozenSchema>['intents'][number];

/**
 * Recorded intents by (session, symbol). They were chosen on another portfolio: the id is `frozen:<of>` and every reason begins with
 * `frozen:`. Throws StrategyError when two rows share session and symbol, or when one was decided after the view's instant.
 */
export function frozenIntents(parameters: FrozenIntents): Strategy<null> {
  const { of, actions, intents } = readParameters('frozen', frozenSchema, parameters);
  const bySymbol = new Map<Symbol, Map<EpochDay, Recorded>>();
  for (const recorded of intents) {
    let days = bySymbol.get(recorded.symbol);
    if (!days) bySymbol.set(recorded.symbol, (days = new Map()));
    if (days.has(recorded.day)) {
      throw new StrategyError(
        `frozen: expected one intent a session and symbol, got two for ${recorded.symbol} on day ${recorded.day}. Pass the rows of one run.`,
      );
    }
    days.set(recorded.day, recorded);
  }
  return {
    id: `frozen:${of}`,
    scope: 'symbol',
    // Without strict checks (notebooks) zod takes every key for optional; the schema does not.
    actions: actions as ActionTable,
    init: () => null,
    decide(view, symbols, state): Step<null> {
      const symbol = symbols[0]!;
      const days = bySymbol.get(symbol);
      if (!days) return { intents: NO_INTENTS, state };
      const window = view.bars(symbol, 1);
      const recorded = days.get(window.day[window.length - 1]!);
      if (!recorded) return { intents: NO_INTENTS, state };
      if (recorded.decidedAt > view.asOf) {
        throw new StrategyError(
          `frozen: expected intents decided by ${view.asOf}, got ${recorded.decision} of ${recorded.decidedAt}. Replay with the recorded decision point.`,
        );
      }
      return { intents: [thaw(recorded)], state };
    },
  };
}

function thaw({ symbol, action, confidence, why, decision, decidedAt }: Recorded): Intent {
  return { symbol, action, confidence, why: `frozen: ${why}`, evidence: [{ kind: 'intent', id: decision, knownAt: decidedAt }] };
}
