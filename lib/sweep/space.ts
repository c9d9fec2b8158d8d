/** What is searched: the combinations of parameter values that each strategy accepts, all of them or a seeded draw. */
import { randomBelow, randomInit } from '../core/index.js';
import { strategyEntry } from '../strategies/index.js';
import type { Configuration } from './contract.js';
import { SweepInputError } from './errors.js';
import { type AxisInput, axisValues } from './space-values.js';

/** A strategy with the values that its parameters take; what isn't named stays at its default. Plain JSON. */
export interface StrategySpaceInput {
  readonly strategy: string;
  readonly parameters: Readonly<Record<string, AxisInput>>;
}

export interface SpaceInput {
  readonly strategies: readonly StrategySpaceInput[];
  /** Draw this many combinations instead of taking all. */
  readonly random?: number;
  /** Of the draw. */
  readonly seed?: number;
}

/** A parameter with its values, ascending. One value: it is fixed. */
export interface Axis {
  readonly name: string;
  readonly values: readonly number[];
}

export interface StrategySpace {
  readonly strategy: string;
  readonly axes: readonly Axis[];
  /** Position of its first point among all. */
  readonly from: number;
  readonly size: number;
}

export interface Space {
  readonly strategies: readonly StrategySpace[];
  /** Combinations that the strategies accept. */
  readonly size: number;
  /** Combinations that a strategy refuses (fast >= slow), by what it says. */
  readonly dropped: Readonly<Record<string, number>>;
  /** How many a draw was asked for where it found fewer; null otherwise. */
  readonly asked: number | null;
  /** The i-th; 0 <= i < size. */
  at(index: number): Configuration;
  /** Its strategy, and for each axis which value it has. */
  coordinates(index: number): { readonly space: StrategySpace; readonly at: readonly number[] };
}

/** Most combinations that are looked at one by one. */
const MOST_COMBINATIONS = 1_000_000;
/** Draws for each wanted one: where fewer than a hundredth of all combinations is sound, the bounds are wrong. */
const DRAWS_PER_POINT = 100;

/**
 * Opens a space. Throws SweepInputError on an unknown strategy or parameter, a value out of range, nothing that a strategy accepts, or more
 * combinations than can be looked at.
 */
export function openSpace({ strategies, random, seed = 1 }: SpaceInput): Space {
  if (strategies.length === 0)
    throw new SweepInputError('openSpace: expected a strategy to search, got none. Name one with its parameters.');
  const names = strategies.map(({ strategy }) => strategy);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined)
    throw new SweepInputError(`openSpace: expected each strategy once, got ${twice} twice. Put its values together.`);
  const plain = strategies.map(({ strategy, parameters }) => ({ strategy, axes: axesOf(strategy, parameters) }));
  const counts = plain.map(({ axes }) => axes.reduce((product, { values }) => product * values.length, 1));
  const combinations = counts.reduce((sum, count) => sum + count, 0);
  const dropped: Record<string, number> = {};
  const accepts = (which: number, flat: number): boolean => {
    const reason = refusal(configurationOf(plain[which]!, flat));
    if (reason !== null) dropped[reason] = (dropped[reason] ?? 0) + 1;
    return reason === null;
  };
  const points =
    random === undefined ? everyPoint(counts, combinations, accepts) : drawnPoints(counts, combinations, random, seed, accepts);
  let from = 0;
  const spaces = plain.map((one, which): StrategySpace => {
    const space = { ...one, from, size: points[which]!.length };
    from += space.size;
    return space;
  });
  if (from === 0) {
    const [why] = Object.keys(dropped);
    throw new SweepInputError(
      `openSpace: expected combinations that the strategy accepts, got none of ${combinations} (${why}). Widen a range.`,
    );
  }
  const find = (index: number): [space: StrategySpace, flat: number] => {
    const which = spaces.findIndex((space) => index < space.from + space.size);
    if (!(index >= 0) || which < 0)
      throw new SweepInputError(`Space.at: expected an index below ${from}, got ${index}. Stay inside the space.`);
    return [spaces[which]!, points[which]![index - spaces[which]!.from]!];
  };
  return {
    strategies: spaces,
    size: from,
    dropped,
    asked: random !== undefined && from < random ? random : null,
    at: (index) => configurationOf(...find(index)),
    coordinates: (index) => {
      const [space, flat] = find(index);
      return { space, at: digitsOf(space.axes, flat) };
    },
  };
}

function axesOf(strategy: string, parameters: Readonly<Record<string, AxisInput>>): Axis[] {
  const known = Object.keys(strategyEntry(strategy).defaults);
  return Object.entries(parameters).map(([name, input]) => {
    if (known.length > 0 && !known.includes(name)) {
      throw new SweepInputError(`openSpace: expected a parameter of ${strategy} (${known.join(', ')}), got ${name}. Name one of these.`);
    }
    return { name, values: axisValues(`${strategy}.${name}`, input) };
  });
}

/** Which value of each axis a combination has; the last axis turns fastest. */
function digitsOf(axes: readonly Axis[], flat: number): number[] {
  const digits = new Array<number>(axes.length);
  let rest = flat;
  for (let a = axes.length - 1; a >= 0; a--) {
    const radix = axes[a]!.values.length;
    digits[a] = rest % radix;
    rest = Math.floor(rest / radix);
  }
  return digits;
}

function configurationOf({ strategy, axes }: { readonly strategy: string; readonly axes: readonly Axis[] }, flat: number): Configuration {
  const digits = digitsOf(axes, flat);
  return { strategy, parameters: Object.fromEntries(axes.map(({ name, values }, a) => [name, values[digits[a]!]!])) };
}

/**
 * Why a strategy does not take these values together; null when it does. A value that it takes with no other is bad input: throws
 * SweepInputError.
 */
function refusal({ strategy, parameters }: Configuration): string | null {
  const result = strategyEntry(strategy).schema.safeParse(parameters);
  if (result.success) return null;
  const issue = result.error.issues[0]!;
  if (issue.code === 'custom') return `${strategy}: ${issue.message}`;
  throw new SweepInputError(
    `openSpace: expected values that ${strategy} takes, got ${JSON.stringify(parameters)} (${issue.path.join('.')}: ${issue.message}). Change that range.`,
  );
}

type Accepts = (which: number, flat: number) => boolean;

function everyPoint(counts: readonly number[], combinations: number, accepts: Accepts): Float64Array[] {
  if (combinations > MOST_COMBINATIONS) {
    throw new SweepInputError(
      `openSpace: expected up to ${MOST_COMBINATIONS} combinations, got ${combinations}. Take larger steps, or draw some of them at random.`,
    );
  }
  return counts.map((count, which) => {
    const points: number[] = [];
    for (let flat = 0; flat < count; flat++) if (accepts(which, flat)) points.push(flat);
    return Float64Array.from(points);
  });
}

/** Distinct combinations, each as likely as any other, in the order of the grid; fewer than wanted where there are no more. */
function drawnPoints(counts: readonly number[], combinations: number, wanted: number, seed: number, accepts: Accepts): Float64Array[] {
  if (!Number.isInteger(wanted) || wanted < 1 || wanted > MOST_COMBINATIONS) {
    throw new SweepInputError(`openSpace: expected 1 to ${MOST_COMBINATIONS} random combinations, got ${wanted}. Choose another number.`);
  }
  if (combinations > Number.MAX_SAFE_INTEGER) {
    throw new SweepInputError(`openSpace: expected up to 2^53 combinations to draw from, got ${combinations}. Take larger steps.`);
  }
  const state = randomInit(seed, 'sweep-space');
  const drawn = counts.map(() => new Set<number>());
  const seen = counts.map(() => new Set<number>());
  let [found, looked] = [0, 0];
  for (let draws = 0; found < wanted && looked < combinations && draws < wanted * DRAWS_PER_POINT; draws++) {
    let flat = randomBelow(state, combinations);
    let which = 0;
    while (flat >= counts[which]!) flat -= counts[which++]!;
    if (seen[which]!.has(flat)) continue;
    seen[which]!.add(flat);
    looked++;
    if (!accepts(which, flat)) continue;
    drawn[which]!.add(flat);
    found++;
  }
  return drawn.map((points) => Float64Array.from(points).sort());
}
