/** Takes down a run: decision rows, fills, equity and matured outcomes of a barrier group, and commits them to the store together. */
import {
  type EpochDay,
  type Fill,
  type Instant,
  type Intent,
  monotonicMs,
  type PortfolioState,
  type Rejection,
  type Strategy,
  type Symbol,
} from '../core/index.js';
import type { ObservationSchema } from '../features/index.js';
import { actionRow, type Broker, type BrokerBar } from '../market/index.js';
import type { RememberedDecision, SettledOutcome } from '../memory/index.js';
import type { DecisionLines, DecisionState } from './decision-line.js';
import type { EquityLog } from './equity-log.js';
import { evidenceText } from './evidence-text.js';
import { fillLine, rejectionLine } from './fill-line.js';
import type { GrowingBars } from './growing-bars.js';
import type { Recorder } from './loop-contract.js';
import { outcomeLines } from './outcome-line.js';
import { type Direction, directionOf, type OpenDecision, type SettleWorld, settleOne } from './settle.js';
import type { RowKind } from './store.js';
import type { StoreClient } from './store-client.js';
import { TextBuffer } from './text-buffer.js';
import type { Reads } from './view.js';

/** Barriers are committed together for this long at most, or until their rows are this large. */
const GROUP_MS = 250;
const GROUP_BYTES = 8_000_000;

const NO_SIZE = { kind: 'none' } as const;

export interface RunCounts {
  decisions: number;
  outcomes: number;
  fills: number;
  rejections: number;
  abstentions: number;
}

export interface RunRecorderInput {
  readonly store: StoreClient;
  readonly symbols: readonly Symbol[];
  readonly strategies: readonly Strategy[];
  readonly lines: readonly DecisionLines[];
  readonly schema: ObservationSchema;
  readonly horizons: readonly number[];
  readonly settle: SettleWorld;
  readonly equity: EquityLog;
  readonly broker: Broker;
  readonly indexBars: GrowingBars | null;
  readonly closeAt: (day: EpochDay) => Instant;
  /** Whether decisions may lie inside a session. */
  readonly inside: boolean;
  /** Everything that the next session continues from, besides what this recorder keeps. */
  readonly snapshot: () => unknown;
  /** Decision rows and outcomes too, or the account only. */
  readonly full: boolean;
  /** null: the run has no memory. */
  readonly memory: { readonly horizon: number; readonly aliasesOf: (symbol: Symbol) => string } | null;
}

interface SavedState {
  readonly counts: RunCounts;
  readonly recent: [number, OpenDecision[]][];
  readonly waiting: OpenDecision[][];
  readonly world: unknown;
}

export class RunRecorder implements Recorder {
  readonly counts: RunCounts = { decisions: 0, outcomes: 0, fills: 0, rejections: 0, abstentions: 0 };
  readonly #in: RunRecorderInput;
  readonly #states: unknown[];
  readonly #features: Float64Array;
  readonly #outcomeLine = outcomeLines();
  /** Decisions of the last sessions, by session index: what horizons will still ask for. */
  readonly #recent = new Map<number, OpenDecision[]>();
  /** By horizon: decisions whose exit was suspended and has not traded since. */
  readonly #waiting: OpenDecision[][];
  readonly #keep: number;
  readonly #groups: Readonly<Record<RowKind, TextBuffer>> = {
    decisions: new TextBuffer(),
    outcomes: new TextBuffer(),
    fills: new TextBuffer(),
    equity: new TextBuffer(),
  };
  #today: OpenDecision[] = [];
  #decided: RememberedDecision[] = [];
  #settled: SettledOutcome[] = [];
  /** Session of the decisions at hand, and their instant where it lies before the session's close. */
  #session = -1;
  #decidedAt: Instant | null = null;
  #instant: Instant = 0;
  /** Whether a model was asked since the last commit. */
  #asked = false;
  #feesMinor = 0;
  #turnoverMinor = 0;
  #lastCommitMs = monotonicMs();

  constructor(input: RunRecorderInput) {
    this.#in = input;
    this.#states = input.symbols.map(() => input.schema.init());
    this.#features = new Float64Array(input.schema.features.length);
    this.#waiting = input.horizons.map(() => []);
    this.#keep = input.full ? Math.max(0, ...input.horizons) : 0;
  }

  bar(symbol: number, bar: BrokerBar, factor: number): void {
    if (!this.#in.full) return;
    const { open, high, low, close, volume } = bar;
    this.#in.schema.update(this.#states[symbol], { open, high, low, close, volume, factor });
  }

  session(index: number, day: EpochDay, decidedAt: Instant, window: string): void {
    for (const lines of this.#in.lines) lines.session(day, decidedAt, window);
    this.#session = index;
    this.#instant = decidedAt;
    this.#decidedAt = this.#in.inside && decidedAt < this.#in.closeAt(day) ? decidedAt : null;
  }

  traded(fills: readonly Fill[], rejections: readonly Rejection[], at: Instant | null): void {
    const group = this.#groups.fills;
    for (const fill of fills) {
      this.#feesMinor += fill.totalFeesMinor;
      this.#turnoverMinor += fill.notionalMinor;
      group.add(fillLine(fill, at));
    }
    for (const rejection of rejections) group.add(rejectionLine(rejection, at));
    this.counts.fills += fills.length;
    this.counts.rejections += rejections.length;
  }

  decision(
    symbol: number,
    strategy: number,
    intent: Intent | null,
    state: DecisionState,
    reads: Reads | null,
    portfolio: PortfolioState,
  ): void {
    if (intent !== null && intent.action === null) this.counts.abstentions++;
    if (!this.#in.full) return;
    const name = this.#in.symbols[symbol]!;
    const lines = this.#in.lines[strategy]!;
    const id = lines.id(name);
    this.#in.schema.write(this.#states[symbol], this.#features);
    const facts = {
      symbol: name,
      state,
      intent,
      maxKnownAt: reads === null ? Number.NaN : reads.maxKnownAt,
      evidence: intent !== null && intent.evidence.length > 0 ? evidenceText(intent.evidence) : reads === null ? '' : reads.text(),
      portfolio,
      features: this.#features,
    };
    lines.add(id, facts, this.#groups.decisions);
    this.counts.decisions++;
    if (intent?.detail?.transcripts !== undefined && intent.detail.transcripts.length > 0) this.#asked = true;
    if (this.#keep === 0) return;
    const open = this.#open(id, name, strategy, intent, portfolio);
    this.#today.push(open);
    if (open.remembered !== undefined) this.#decided.push(open.remembered);
  }

  #open(id: string, symbol: Symbol, strategy: number, intent: Intent | null, portfolio: PortfolioState): OpenDecision {
    return {
      id,
      symbol,
      session: this.#session,
      ...(this.#decidedAt === null ? {} : { inside: { decidedAt: this.#decidedAt, equityMinor: portfolio.totalEquityMinor } }),
      action: intent === null ? 'HOLD' : intent.action,
      direction: this.#direction(symbol, strategy, intent, portfolio),
      ...this.#remembered(id, symbol, intent),
    };
  }

  /** A decision that names its situation is remembered, where the run has a memory. */
  #remembered(id: string, symbol: Symbol, intent: Intent | null): { remembered: RememberedDecision } | object {
    const situation = intent?.detail?.situation;
    if (this.#in.memory === null || intent === null || situation === undefined) return {};
    const { action, confidence, why } = intent;
    const aliases = this.#in.memory.aliasesOf(symbol);
    return { remembered: { id, symbol, aliases, decidedAt: this.#instant, situation, action, confidence, why } };
  }

  #direction(symbol: Symbol, strategy: number, intent: Intent | null, portfolio: PortfolioState): Direction {
    let weight = 0;
    for (const position of portfolio.positions) if (position.symbol === symbol) weight = position.weight;
    if (intent === null) return directionOf('HOLD', NO_SIZE, weight);
    return directionOf(
      intent.action,
      intent.action === null ? undefined : actionRow(this.#in.strategies[strategy]!.actions, intent.action)?.size,
      weight,
    );
  }

  /** The end of a session: its equity, and what came of earlier decisions. */
  settle(index: number, day: EpochDay): void {
    const { broker, equity, indexBars } = this.#in;
    const indexClose =
      indexBars !== null && indexBars.length > 0 && indexBars.day[indexBars.length - 1] === day
        ? indexBars.close[indexBars.length - 1]!
        : Number.NaN;
    equity.append(
      day,
      broker.equityMinor(),
      broker.equityAtOpenMinor(),
      broker.cashMinor(),
      this.#feesMinor,
      this.#turnoverMinor,
      indexClose,
      this.#groups.equity,
    );
    this.#feesMinor = 0;
    this.#turnoverMinor = 0;
    if (this.#keep > 0) this.#settle(index);
  }

  /** What memory may write at this barrier: the situations decided on since the last one, and those whose outcome has matured. */
  takeMemories(): { decided: RememberedDecision[]; settled: SettledOutcome[] } {
    const taken = { decided: this.#decided, settled: this.#settled };
    this.#decided = [];
    this.#settled = [];
    return taken;
  }

  /** Whether the sessions since the last commit should be committed at this barrier. */
  due(urgent: boolean): boolean {
    const bytes = this.#groups.decisions.length + this.#groups.outcomes.length;
    // Model calls are dear: a day with any is committed at once.
    return urgent || this.#asked || monotonicMs() - this.#lastCommitMs >= GROUP_MS || bytes >= GROUP_BYTES;
  }

  /**
   * Commits everything up to a barrier. With `index` = the number of sessions also what came after the last one, as if it were one more:
   * the decision before a session that is not in the run.
   */
  commit(index: number, page: { path: string; text: string }): void {
    const saved: SavedState = { counts: this.counts, recent: [...this.#recent], waiting: this.#waiting, world: this.#in.snapshot() };
    const { store } = this.#in;
    const { decisions, outcomes, fills, equity } = this.#groups;
    store.commit(
      index,
      {
        decisions: decisions.take(() => store.spare('decisions')),
        outcomes: outcomes.take(() => store.spare('outcomes')),
        fills: fills.take(() => store.spare('fills')),
        equity: equity.take(() => store.spare('equity')),
      },
      JSON.stringify(saved),
      page,
    );
    this.#asked = false;
    this.#lastCommitMs = monotonicMs();
  }

  #settle(index: number): void {
    // Of this session, or of the one before where it was decided before the open of this one.
    const decidedIn = this.#today[0]?.session ?? index;
    this.#recent.set(decidedIn, this.#today);
    this.#today = [];
    this.#recent.delete(index - this.#keep - 1);
    this.#in.horizons.forEach((horizon, h) => {
      const due = this.#recent.get(index - horizon);
      const asked = this.#waiting[h]!.length === 0 ? (due ?? []) : [...this.#waiting[h]!, ...(due ?? [])];
      const still: OpenDecision[] = [];
      for (const decision of asked) {
        const outcome = settleOne(decision, horizon, index, this.#in.settle);
        if (outcome === null) {
          still.push(decision);
          continue;
        }
        this.#outcomeLine(outcome, this.#groups.outcomes);
        if (decision.remembered !== undefined && horizon === this.#in.memory?.horizon) {
          const { maturesAt, instrumentReturn, net, benchmarkReturn } = outcome;
          this.#settled.push({ decision: decision.remembered, horizon, maturesAt, instrumentReturn, net, benchmarkReturn });
        }
        this.counts.outcomes++;
      }
      this.#waiting[h] = still;
    });
  }

  /** Takes over where an earlier process stopped; returns what `snapshot` gave then. */
  resume(state: string): unknown {
    const saved = JSON.parse(state) as SavedState;
    Object.assign(this.counts, saved.counts);
    for (const [index, decisions] of saved.recent) this.#recent.set(index, decisions);
    saved.waiting.forEach((decisions, h) => {
      this.#waiting[h] = decisions;
    });
    return saved.world;
  }
}
