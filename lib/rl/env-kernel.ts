/** The memory of one batch of environments: its columns and its market's, laid out where the kernel of lib/rl/assembly/env-memory.ts finds them. */
import { type ActionSize, loadKernel } from '../core/index.js';
import type { RiskSettings } from '../market/index.js';
import type { EnvMarket } from './env-market.js';
import { LOT_WIDTH } from './lot-records.js';

/** Lots of one account that the kernel has room for; an account with more leaves its batch to the plain code. */
export const KERNEL_LOTS = 64;

interface Exports {
  place(id: number, at: number): void;
  step(from: number, count: number, capacity: number): number;
  rows(count: number, width: number, size: number): void;
}

type Column = Float64Array | Float32Array | Int32Array | Uint8Array;

/** Where the columns begin: the kernel keeps their addresses below. */
const FIRST = 4096;
const PAGE = 65_536;
/** Columns begin at a cache line. */
const LINE = 64;

export interface EnvMemory {
  readonly cash: Float64Array;
  readonly receivable: Float64Array;
  readonly quantity: Float64Array;
  readonly value: Float64Array;
  readonly cost: Float64Array;
  readonly awaits: Uint8Array;
  readonly plain: Uint8Array;
  readonly newUnits: Float64Array;
  readonly newSession: Int32Array;
  readonly head: Int32Array;
  readonly tail: Int32Array;
  /** Records of lots, {@link KERNEL_LOTS} an account: see lib/rl/lot-records.ts. */
  readonly lots: Float64Array;
  readonly bar: Int32Array;
  readonly rejected: Int32Array;
  readonly filled: Float64Array;
  readonly turnover: Float64Array;
  readonly equity: Float64Array;
  readonly before: Float64Array;
  readonly ordered: Uint8Array;
  readonly observations: Float32Array;
  readonly actions: Int32Array;
  /** Kind of each action as the kernel knows it; 255: it leaves the step to the caller. */
  readonly kinds: Uint8Array;
  readonly fractions: Float64Array;
  /** Units that an order sent now could sell, after `rows`; -1: the account is not plain. */
  readonly sellable: Float64Array;
  /** Steps environments from `from` on; stops at the first that is not plain and returns it untouched, or the count at the end. */
  step(from: number): number;
  /** Writes the market part of every observation, and `sellable`. */
  rows(): void;
}

/** A memory of its own; the market's columns are copied into it. Throws KernelError when the engine has no room for it. */
export function envMemory(market: EnvMarket, count: number, observationSize: number, actionCount: number): EnvMemory {
  const f64 = (length: number) => new Float64Array(length);
  const i32 = (length: number) => new Int32Array(length);
  const u8 = (length: number) => new Uint8Array(length);
  // In the order of the kernel's numbers.
  const wanted: Column[] = [
    market.day,
    market.session,
    market.fillSession,
    market.close,
    market.buyTicks,
    market.sellTicks,
    market.cap,
    market.buyClosed,
    market.sellClosed,
    market.missing,
    market.delisted,
    market.fillRules,
    market.actionsFrom,
    market.features,
    market.rules.rows,
    ...[f64, f64, f64, f64, f64, u8, u8, f64, i32, i32, i32].map((column) => column(count)),
    f64(count * KERNEL_LOTS * LOT_WIDTH),
    ...[i32, i32, f64, f64, f64, f64, u8].map((column) => column(count)),
    new Float32Array(count * observationSize),
    i32(count),
    u8(actionCount),
    f64(actionCount),
    f64(count),
  ];
  const places: number[] = [];
  let end = FIRST;
  for (const column of wanted) {
    places.push(end);
    end += Math.ceil(column.byteLength / LINE) * LINE;
  }
  // Not `exports`: in the notebook kernel that is the module's own.
  const { exports: kernel, memory } = loadKernel<Exports>('rl', 'env-step', Math.ceil(end / PAGE));
  const columns = wanted.map((column, id) => {
    const at = places[id]!;
    kernel.place(id, at);
    const { buffer } = memory;
    const placed =
      column instanceof Float64Array
        ? new Float64Array(buffer, at, column.length)
        : column instanceof Float32Array
          ? new Float32Array(buffer, at, column.length)
          : column instanceof Int32Array
            ? new Int32Array(buffer, at, column.length)
            : new Uint8Array(buffer, at, column.length);
    placed.set(column);
    return placed;
  });
  const of = <T extends Column>(id: number): T => columns[id] as T;
  return {
    cash: of(15),
    receivable: of(16),
    quantity: of(17),
    value: of(18),
    cost: of(19),
    awaits: of(20),
    plain: of(21),
    newUnits: of(22),
    newSession: of(23),
    head: of(24),
    tail: of(25),
    lots: of(26),
    bar: of(27),
    rejected: of(28),
    filled: of(29),
    turnover: of(30),
    equity: of(31),
    before: of(32),
    ordered: of(33),
    observations: of(34),
    actions: of(35),
    kinds: of(36),
    fractions: of(37),
    sellable: of(38),
    step: (from) => kernel.step(from, count, KERNEL_LOTS),
    rows: () => kernel.rows(count, market.width, observationSize),
  };
}

/** An action as the kernel knows it; 255: it leaves the step to the caller, as it does under risk caps. */
export function kernelKind(size: ActionSize, risk: RiskSettings | null): number {
  if (size.kind === 'none') return 0;
  if (risk !== null || size.kind !== 'delta') return 255;
  if (size.side === 'buy') return size.basis === 'cash' ? 1 : 255;
  return size.basis === 'sellable' ? 2 : size.basis === 'position' ? 3 : 255;
}
