/** A search made ready: its spec checked, its space opened, its folds cut, its identity computed. Nothing is written. */
import { hashOf, projectRoot } from '../core/index.js';
import {
  codeStamp,
  configHashOf,
  type PreparedReplay,
  parseSpec,
  prepareReplay,
  type ReplayEffects,
  type ReplaySpec,
  type ReplaySpecInput,
  treeHash,
} from '../replay/index.js';
import { type Fold, foldsOf, type SplitsInput, type TrialFamily, universeOf } from '../stats/index.js';
import { strategyOf } from '../strategies/index.js';
import type { Accounts, Configuration, SweepGround, SweepKernel } from './contract.js';
import { SweepInputError } from './errors.js';
import { sweepStrategies } from './signals.js';
import { openSpace, type Space, type SpaceInput } from './space.js';
import { OBJECTIVES, type Objective } from './walk-score.js';

/** What is searched. Plain JSON. */
export interface SearchInput {
  /** Data, symbols, span, costs and rules, as of a replay; its strategies come from the space. */
  readonly spec: Omit<ReplaySpecInput, 'strategies' | 'record' | 'frozenFrom'>;
  readonly space: Omit<SpaceInput, 'seed'>;
  /** shared: one account over all symbols; each: one account a symbol. */
  readonly accounts?: Accounts;
  /** By what the best is chosen. */
  readonly by?: Objective;
  readonly splits?: SplitsInput;
}

export interface SearchPlan {
  /** What evaluates: the fastest there is, unless one was named or a strategy is none of the kernels'. */
  readonly kernel: SweepKernel | undefined;
  readonly ground: SweepGround;
  readonly spec: ReplaySpec;
  readonly prepared: PreparedReplay;
  readonly space: Space;
  readonly spaceInput: SpaceInput;
  readonly random: boolean;
  readonly by: Objective;
  readonly splits: SplitsInput | null;
  readonly folds: readonly Fold[];
  /** One a strategy: what its backtests are recorded under too. */
  readonly families: ReadonlyMap<string, TrialFamily>;
  readonly code: ReturnType<typeof codeStamp>;
  /** Name of the folder under the results folder. */
  readonly sweep: string;
  /** Tells whether rows on disk are of this search and this code. */
  readonly identity: string;
  /** What the loop's run of a configuration would be called in the trial ledger. */
  hashOf(configuration: Configuration): string;
}

/** Something that every spec needs and no search uses. */
const PLACEHOLDER = [{ id: 'buy-and-hold' }];

/** Throws InputError (SweepInputError, that of the spec, of the strategies) on anything that can't be searched. */
export function planSearch(input: SearchInput, effects: Pick<ReplayEffects, 'data' | 'calendar'>, kernel?: SweepKernel): SearchPlan {
  const { accounts = 'shared', by = 'sharpe', splits = null } = input;
  if (!OBJECTIVES.includes(by))
    throw new SweepInputError(`planSearch: expected one of ${OBJECTIVES.join(', ')} to choose by, got ${by}. Name one.`);
  if (input.spec.memory !== undefined) {
    throw new SweepInputError(
      'planSearch: expected no memory in a search, got one. Search without, then replay the best with --memory own.',
    );
  }
  const spec = parseSpec({ ...input.spec, strategies: PLACEHOLDER, record: 'account' });
  if (spec.risk !== 'none') {
    throw new SweepInputError(
      `planSearch: expected no risk limits in a search, got ${spec.risk}. Search without, then replay the best with --risk ${spec.risk}.`,
    );
  }
  const spaceInput: SpaceInput = { ...input.space, seed: spec.seed };
  const space = openSpace(spaceInput);
  const unknown = space.strategies.filter(({ strategy }) => !sweepStrategies.includes(strategy));
  for (const { strategy, from } of unknown) {
    if (strategyOf(strategy, space.at(from).parameters).scope !== 'symbol') {
      throw new SweepInputError(
        `planSearch: expected rules of one symbol each, got ${strategy}, which weighs symbols against each other. Compare its settings with hindcast backtest.`,
      );
    }
    if (kernel === 'simd' || kernel === 'js') {
      throw new SweepInputError(
        `planSearch: expected one of ${sweepStrategies.join(', ')} with the kernel ${kernel}, got ${strategy}. Leave --kernel out: the loop evaluates it.`,
      );
    }
  }
  const prepared = prepareReplay(spec, effects);
  const folds = splits === null ? [] : foldsOf(prepared.sessions.length, splits);
  const ground: SweepGround = { spec, accounts };
  const code = codeStamp();
  const rows = {
    base: prepared.configHash,
    accounts,
    space: space.strategies.map(({ strategy, axes }) => ({ strategy, axes })),
    random: spaceInput.random ?? null,
    seed: spec.seed,
    by,
    splits,
  };
  const names = space.strategies.map(({ strategy }) => strategy.replace(/[^a-zA-Z0-9]+/g, '-'));
  const single = accounts === 'shared' || spec.symbols.length === 1;
  return {
    kernel: unknown.length > 0 ? 'loop' : kernel,
    ground,
    spec,
    prepared,
    space,
    spaceInput,
    random: spaceInput.random !== undefined,
    by,
    splits,
    folds,
    families: new Map(
      space.strategies.map(({ strategy }) => [
        strategy,
        { universe: universeOf(spec.symbols), window: `${spec.from}..${spec.to}`, hypothesis: strategy },
      ]),
    ),
    code,
    sweep: `sweep-${names.join('-')}-${hashOf(rows).slice(0, 10)}`,
    // A kernel that was mended must not go on from rows that it got wrong.
    identity: hashOf({ rows, treeHash: code.code.treeHash, kernels: treeHash(projectRoot(), ['sweep']), kernel: kernel ?? null }),
    hashOf: ({ strategy, parameters }) => {
      const whole = configHashOf(
        { ...spec, strategies: [{ id: strategy, parameters: { ...parameters } }] },
        prepared.rulebook,
        prepared.data,
      );
      // Accounts of their own are another configuration than one account over all.
      return single ? whole : hashOf({ configuration: whole, accounts });
    },
  };
}
