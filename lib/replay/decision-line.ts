/**
 * Decision rows as text. Written by hand because it is the hottest text of a recorded run: what is constant for a session, a symbol
 * or an action is put into words once. A test parses lines with the row schema and compares them with JSON.stringify.
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
import { instantText, number, numberMemo } from './evidence-text.js';

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
  /** One line, ending in a newline. */
  line(id: string, facts: DecisionFacts): string;
}

export function decisionLines(run: {
  configHash: string;
  seed: number;
  strategy: string;
  /** In an ensemble each strategy has rows of its own: its id is part of the decision's. */
  book: string | null;
  actions: readonly ActionTable[];
  schema: ObservationSchema;
}): DecisionLines {
  const names = run.schema.features.map((feature, i) => `${i === 0 ? '' : ','}${JSON.stringify(feature.name)}:`);
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
      tail = `,"strategy":${strategy},"decidedAt":${decidedAt},"maxKnownAt":`;
    },
    id: (symbol) => sha256(idBase + symbol).slice(0, 32),
    line(id, facts) {
      let symbol = symbols.get(facts.symbol);
      if (symbol === undefined) {
        symbol = JSON.stringify(facts.symbol);
        symbols.set(facts.symbol, symbol);
      }
      let features = '';
      const values = facts.features;
      let i = 0;
      // Four at a time: fewer strings in between.
      for (; i + 3 < names.length; i += 4) {
        features += `${names[i]}${number(values[i]!)}${names[i + 1]}${number(values[i + 1]!)}${names[i + 2]}${number(values[i + 2]!)}${names[i + 3]}${number(values[i + 3]!)}`;
      }
      for (; i < names.length; i++) features += names[i]! + number(values[i]!);
      return `{"v":1,"id":"${id}${head}${symbol}${tail}${instantText(facts.maxKnownAt)},"features":{${features}},"portfolio":{${account(facts)}},"analyses":${analyses(facts)},"debate":${debate(facts)},"decision":{${decision(facts, sizes)}},"evidence":[${facts.evidence}],${spent(facts)}}\n`;
    },
  };
}

const analyses = ({ intent }: DecisionFacts): string =>
  intent?.detail?.analyses === undefined ? '[]' : JSON.stringify(intent.detail.analyses);
const debate = ({ intent }: DecisionFacts): string =>
  intent?.detail?.debate === undefined ? 'null' : JSON.stringify(intent.detail.debate);

const NOTHING_SPENT = '"transcripts":[],"tokens":0,"costMinor":0';

function spent({ intent }: DecisionFacts): string {
  const detail = intent?.detail;
  if (detail === undefined) return NOTHING_SPENT;
  const { transcripts = [], tokens = 0, costMinor = 0, situation, memory } = detail;
  return JSON.stringify({ transcripts, tokens, costMinor, situation, memory }).slice(1, -1);
}

const cashText = numberMemo();
const equityText = numberMemo();
const costText = numberMemo();

function account({ portfolio, symbol }: DecisionFacts): string {
  const money = `"cashMinor":${cashText(portfolio.cashMinor)},"equityMinor":${equityText(portfolio.totalEquityMinor)},`;
  for (const position of portfolio.positions) {
    if (position.symbol !== symbol) continue;
    return `${money}"quantity":${position.quantity},"sellableAtFill":${position.sellableAtFill},"averageCostTicks":${costText(position.averageCostTicks)},"lastPriceTicks":${position.lastPriceTicks},"weight":${position.weight}`;
  }
  return `${money}"quantity":0,"sellableAtFill":0,"averageCostTicks":0,"lastPriceTicks":0,"weight":0`;
}

function decision(facts: DecisionFacts, sizes: ReadonlyMap<string, string>): string {
  const intent = facts.intent;
  if (intent === null) {
    return facts.state === 'suspended'
      ? '"action":"HOLD","size":{"kind":"none"},"confidence":0,"why":"suspended","state":"suspended"'
      : '"action":"HOLD","size":{"kind":"none"},"confidence":0,"why":"no-intent","state":"no-intent"';
  }
  const size = intent.action === null ? 'null' : (sizes.get(intent.action) ?? 'null');
  return `"action":${JSON.stringify(intent.action)},"size":${size},"confidence":${intent.confidence},"why":${JSON.stringify(intent.why)},"state":"${facts.state}"`;
}
