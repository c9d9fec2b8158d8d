/** What a policy would do over two of its features, all others held where its training had them on average. */
import { InputError } from '../core/index.js';
import type { PolicyBundle } from './contract.js';
import { policyLogits } from './forward.js';
import { bestAction, softmax, softmaxOf } from './sampling.js';

export interface ActionMap {
  readonly x: { readonly name: string; readonly values: readonly number[] };
  readonly y: { readonly name: string; readonly values: readonly number[] };
  readonly actions: readonly string[];
  /** By row of `y`, column of `x`: the most likely action by its place in the table, and its probability. */
  readonly cells: readonly (readonly { readonly action: number; readonly probability: number }[])[];
  /** Value at which each other feature was held, by name. */
  readonly held: Readonly<Record<string, number>>;
}

export interface ActionMapOptions {
  readonly steps?: number;
  /** Features held elsewhere than at their mean, by name. */
  readonly fixed?: Readonly<Record<string, number>>;
  /** What a feature can be at all, by name: the map goes no further. */
  readonly ranges?: Readonly<Record<string, readonly [low: number, high: number]>>;
}

/**
 * `steps` x `steps` cells, two standard deviations of the training to each side.
 * Throws InputError on a feature that the bundle doesn't have, or a bundle without normaliser (then nothing says where its features lie).
 */
export function actionMap(
  bundle: PolicyBundle,
  [xName, yName]: readonly [string, string],
  { steps = 25, fixed = {}, ranges = {} }: ActionMapOptions = {},
): ActionMap {
  const names = bundle.schema.features.map(({ name }) => name);
  const { normaliser } = bundle;
  if (normaliser === null) throw new InputError('actionMap: expected a policy with a normaliser, got none. Choose another bundle.');
  const placeOf = (name: string): number => {
    const place = names.indexOf(name);
    if (place >= 0) return place;
    throw new InputError(`actionMap: expected a feature of ${names.join(', ')}, got ${name}. Name one of these.`);
  };
  const [across, up] = [placeOf(xName), placeOf(yName)];
  const base = Float32Array.from(names, (name, i) => fixed[name] ?? normaliser.mean[i]!);
  for (const name of Object.keys(fixed)) placeOf(name);
  const axis = (i: number): number[] => {
    const sigma = Math.sqrt(normaliser.variance[i]! + normaliser.epsilon);
    const [low, high] = ranges[names[i]!] ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
    const from = Math.max(low, normaliser.mean[i]! - 2 * sigma);
    const to = Math.min(high, normaliser.mean[i]! + 2 * sigma);
    return Array.from({ length: steps }, (_, k) => from + ((to - from) * k) / (steps - 1));
  };
  const [xs, ys] = [axis(across), axis(up)];
  const rows = new Float32Array(steps * steps * names.length);
  for (let r = 0; r < steps; r++) {
    for (let c = 0; c < steps; c++) {
      const at = (r * steps + c) * names.length;
      rows.set(base, at);
      rows[at + across] = xs[c]!;
      rows[at + up] = ys[r]!;
    }
  }
  const logits = policyLogits(bundle, rows);
  const count = bundle.actions.rows.length;
  const chances = softmaxOf(count);
  const cells = ys.map((_, r) =>
    xs.map((__, c) => {
      const at = (r * steps + c) * count;
      softmax(chances, logits, at, null, 0);
      const action = bestAction(logits, at, count);
      return { action, probability: chances.probabilities[action]! };
    }),
  );
  const held = Object.fromEntries(names.flatMap((name, i) => (i === across || i === up ? [] : [[name, base[i]!] as const])));
  return {
    x: { name: xName, values: xs },
    y: { name: yName, values: ys },
    actions: bundle.actions.rows.map(({ name }) => name),
    cells,
    held,
  };
}
