/**
 * Decision rows as text. Written by hand because it is the hottest text of a recorded run: what is constant for a session, a symbol
 * or an action is put into words once, and numbers go straight into bytes. A test parses lines with the row schema and compares them
 * with JSON.stringify.
 */
import {
  type ActionTable,
  dateOf,
  type EpochDay,
  type Instant,
  type Intent,
  type PortfolioState,
  type Symbol,
  sha256,
} from '../core/index.js';
import type { ObservationSchema } from '../features/index.js';
import { instantText } from './evidence-text.js';
import { gapText } from './gap-text.js';
import type { TextBuffer } from './text-buffer.js';

export type DecisionState = 'decided' | 'no-intent' | 'suspended' | 'abstained';

export interface DecisionFacts {
  readonly symbol: Symbol;
  readonly state: DecisionState;
  readonly intent: Intent | null;
  readonly maxKnownAt: Instant;
  /** JSON text of the evidence objects, without brackets. */
  readonly evidence: string;
  readonly portfolio: PortfolioState;
  /** Values of the observation schema, NaN in warm-up. */
  readonly features: Float64Array;
}

export interface DecisionLines {
  /** Moves to a decision point; its constant parts are written once. */
  session(day: EpochDay, decidedAt: Instant, window: string): void;
  /** First 32 hex digits of sha256(configHash, seed, session, window, symbol). */
  id(symbol: Symbol): string;
  /** Adds one line to rows. */
  add(id: string, facts: DecisionFacts, rows: TextBuffer): void;
}

const ACCOUNT = ['cashMinor', 'equityMinor', 'quantity', 'sellableAtFill', 'averageCostTicks', 'lastPriceTicks', 'weight'] as const;

export function decisionLines(run: {
  configHash: string;
  seed: number;
  strategy: string;
  /** In an ensemble each strategy has rows of its own: its id is part of the decision's. */
  book: string | null;
  actions: readonly ActionTable[];
  schema: ObservationSchema;
}): DecisionLines {
  const { features } = run.schema;
  const values = gapText([
    ...features.map((feature, i) => `${i === 0 ? '' : ','}${JSON.stringify(feature.name)}:`),
    ...ACCOUNT.map((name, i) => `${i === 0 ? '},"portfolio":{' : ','}"${name}":`),
    '},',
  ]);
  const sizes = new Map<string, string>();
  for (const table of run.actions) for (const row of table.rows) sizes.set(row.name, JSON.stringify(row.size));
  const strategy = JSON.stringify(run.strategy);
  const symbols = new Map<Symbol, string>();
  const base = `${run.configHash}|${run.seed}|${run.book === null ? '' : `${run.book}|`}`;
  let idBase = '';
  let head = '';
  let tail = '';

  return {
    session(day, decidedAt, window) {
      const date = dateOf(day);
      idBase = `${base}${date}|${window}|`;
      head = `","session":"${date}","window":"${window}","symbol":`;
      tail = `,"strategy":${strategy},"decidedAt":${instantText(decidedAt)},"maxKnownAt":`;
    },
    id: (symbol) => sha256(idBase + symbol).slice(0, 32),
    add(id, facts, rows) {
      let symbol = symbols.get(facts.symbol);
      if (symbol === undefined) {
        symbol = JSON.stringify(facts.symbol);
        symbols.set(facts.symbol, symbol);
      }
      rows.write(`{"v":1,"id":"${id}${head}${symbol}${tail}${instantText(facts.maxKnownAt)},"features":{`);
      const { numbers } = values;
      for (let i = 0; i < features.length; i++) numbers[i] = facts.features[i]!;
      account(facts, numbers, features.length);
      rows.copy(values.fill());
      rows.write(
        facts.intent === null
          ? `${facts.state === 'suspended' ? SUSPENDED : NO_INTENT}${facts.evidence}],${NOTHING_SPENT}}\n`
          : `"analyses":${analyses(facts.intent)},"debate":${debate(facts.intent)},"decision":{${decision(facts.intent, facts.state, sizes)}},"evidence":[${facts.evidence}],${spent(facts.intent)}}\n`,
      );
      rows.endRow();
    },
  };
}

const NOTHING_SPENT = '"transcripts":[],"tokens":0,"costMinor":0';
const [NO_INTENT, SUSPENDED] = ['no-intent', 'suspended'].map(
  (why) =>
    `"analyses":[],"debate":null,"decision":{"action":"HOLD","size":{"kind":"none"},"confidence":0,"why":"${why}","state":"${why}"},"evidence":[`,
) as [string, string];

const analyses = ({ detail }: Intent): string => (detail?.analyses === undefined ? '[]' : JSON.stringify(detail.analyses));
const debate = ({ detail }: Intent): string => (detail?.debate === undefined ? 'null' : JSON.stringify(detail.debate));

function spent({ detail }: Intent): string {
  if (detail === undefined) return NOTHING_SPENT;
  const { transcripts = [], tokens = 0, costMinor = 0, situation, memory } = detail;
  return JSON.stringify({ transcripts, tokens, costMinor, situation, memory }).slice(1, -1);
}

/** The account, and what it holds of the symbol, in the order of ACCOUNT from index `at` on. */
function account({ portfolio, symbol }: DecisionFacts, out: Float64Array, at: number): void {
  out[at] = portfolio.cashMinor;
  out[at + 1] = portfolio.totalEquityMinor;
  for (const position of portfolio.positions) {
    if (position.symbol !== symbol) continue;
    out[at + 2] = position.quantity;
    out[at + 3] = position.sellableAtFill;
    out[at + 4] = position.averageCostTicks;
    out[at + 5] = position.lastPriceTicks;
    out[at + 6] = position.weight;
    return;
  }
  out.fill(0, at + 2, at + ACCOUNT.length);
}

function decision(intent: Intent, state: DecisionState, sizes: ReadonlyMap<string, string>): string {
  const size = intent.action === null ? 'null' : (sizes.get(intent.action) ?? 'null');
  return `"action":${JSON.stringify(intent.action)},"size":${size},"confidence":${intent.confidence},"why":${JSON.stringify(intent.why)},"state":"${state}"`;
}
