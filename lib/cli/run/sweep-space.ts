/** `--strategy`, `--grid`, `--set`: the space of a search. */
import { InputError } from '../../core/index.js';
import type { AxisInput, StrategySpaceInput } from '../../sweep/index.js';

/** What is searched when nothing is said. */
const DEFAULT_SPACE: StrategySpaceInput = { strategy: 'sma-cross', parameters: { fast: '5:45:5', slow: '50:200:10' } };

/**
 * A space per strategy that is named, by `--strategy` or before the dot of a grid. A parameter without a strategy's name goes to the only
 * one there is. Throws InputError when it could mean several or none, or when a strategy has nothing to vary.
 */
export function sweepSpace(
  strategies: readonly string[],
  grids: readonly (readonly [path: string, values: string])[],
  settings: readonly (readonly [path: string, value: unknown])[] = [],
): StrategySpaceInput[] {
  if (strategies.length === 0 && grids.length === 0) return withSettings(DEFAULT_SPACE, settings);
  const known = [...new Set([...strategies, ...grids.flatMap(([path]) => (path.includes('.') ? [path.slice(0, path.indexOf('.'))] : []))])];
  const parameters = new Map<string, Record<string, AxisInput>>(known.map((id) => [id, {}]));
  const place = (flag: string, path: string): readonly [id: string, name: string] => {
    const id = known.find((name) => path.startsWith(`${name}.`)) ?? (path.includes('.') || known.length > 1 ? undefined : known[0]);
    if (id !== undefined) return [id, path.startsWith(`${id}.`) ? path.slice(id.length + 1) : path];
    const which = known.length > 0 ? `one of ${known.join(', ')}` : 'a strategy such as sma-cross';
    throw new InputError(`sweepSpace: expected ${flag} <strategy>.<key>=... with ${which}, got ${flag} ${path}=... Name the strategy.`);
  };
  for (const [path, values] of grids) {
    const [id, name] = place('--grid', path);
    if (Object.hasOwn(parameters.get(id)!, name)) {
      throw new InputError(`sweepSpace: expected --grid ${id}.${name} once, got it twice. Put its values together.`);
    }
    parameters.get(id)![name] = values;
  }
  const bare = known.find((id) => Object.keys(parameters.get(id)!).length === 0);
  if (bare !== undefined) {
    throw new InputError(
      `sweepSpace: expected --grid ${bare}.<key>=<values>, got nothing to vary of ${bare}. Add a grid; hindcast backtest --list names its parameters.`,
    );
  }
  for (const [path, value] of settings) {
    const [id, name] = place('--set', path);
    parameters.get(id)![name] = numberOf(path, value);
  }
  return known.map((strategy) => ({ strategy, parameters: parameters.get(strategy)! }));
}

function withSettings(
  { strategy, parameters }: StrategySpaceInput,
  settings: readonly (readonly [string, unknown])[],
): StrategySpaceInput[] {
  const set = settings.map(([path, value]) => [path.replace(`${strategy}.`, ''), numberOf(path, value)] as const);
  return [{ strategy, parameters: { ...parameters, ...Object.fromEntries(set) } }];
}

function numberOf(path: string, value: unknown): number {
  if (typeof value === 'number') return value;
  throw new InputError(
    `sweepSpace: expected a number in --set ${path}=..., got ${JSON.stringify(value)}. Only numbers can be held fixed in a sweep.`,
  );
}
