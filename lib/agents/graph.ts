/** Roles that wait for each other: each runs as soon as what it needs is there, and those that need nothing of each other at once. */
import { HindcastError } from '../core/index.js';

export interface GraphNode {
  readonly needs: readonly string[];
  /** `got`: the results of what it needs, by name. */
  run(got: ReadonlyMap<string, unknown>): Promise<unknown>;
}

/**
 * Results by name. A node that throws ends the graph once all that is under way has ended too (nothing is left behind), with the first
 * error in the order of the nodes. Throws HindcastError for a need that there isn't, or a ring.
 */
export async function runGraph(nodes: Readonly<Record<string, GraphNode>>): Promise<ReadonlyMap<string, unknown>> {
  const names = Object.keys(nodes);
  const order: string[] = [];
  const visit = (name: string, path: readonly string[]): void => {
    if (order.includes(name)) return;
    if (nodes[name] === undefined || path.includes(name))
      throw new HindcastError(`runGraph: expected nodes without a ring, got ${[...path, name].join(' -> ')}. Name only earlier roles.`);
    for (const need of nodes[name]!.needs) visit(need, [...path, name]);
    order.push(name);
  };
  for (const name of names) visit(name, []);

  const runs = new Map<string, Promise<unknown>>();
  for (const name of order) {
    const { needs, run } = nodes[name]!;
    runs.set(
      name,
      Promise.all(needs.map(async (need) => [need, await runs.get(need)!] as const)).then((got) => run(new Map(got))),
    );
  }
  const ended = await Promise.allSettled(names.map((name) => runs.get(name)!));
  const failed = ended.find((one) => one.status === 'rejected');
  if (failed) throw (failed as PromiseRejectedResult).reason;
  return new Map(names.map((name, i) => [name, (ended[i] as PromiseFulfilledResult<unknown>).value]));
}
