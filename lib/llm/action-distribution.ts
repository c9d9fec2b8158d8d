/** Soft labels: how likely each allowed action was, read from the log probabilities of the tokens that spelled the chosen one. */
import type { TokenLogprob } from './contract.js';
import { LlmInputError } from './errors.js';

export interface ActionDistribution {
  /** Sums to 1. An action that no listed token could begin has 0. */
  readonly probabilities: Readonly<Record<string, number>>;
  /**
   * Raw probability of all tokens that could begin an allowed action, where the first choice was made. Low: the model wanted to say
   * something else, and the grammar made it choose.
   */
  readonly coverage: number;
  /** False where tokens that were not followed could have become several actions: their probability was shared out evenly. */
  readonly exact: boolean;
}

/**
 * `logprobs`: of the whole answer, with alternatives (topLogprobs). `key`: the property of the JSON answer that holds the action;
 * null for an answer that is the action alone. Servers report raw log probabilities, taken before the grammar's mask: at each token
 * of the value they are renormalised over what an allowed action can go on with. Undefined when the answer has no such value.
 */
export function actionDistribution(
  logprobs: readonly TokenLogprob[],
  allowed: readonly string[],
  key: string | null = 'action',
): ActionDistribution | undefined {
  if (allowed.length === 0 || new Set(allowed).size < allowed.length) {
    throw new LlmInputError('actionDistribution: expected allowed actions, each once. Pass the names of the action table.');
  }
  const begin = key === null ? /^\s*/ : new RegExp(`"${escaped(key)}"\\s*:\\s*"`);
  const partial = key === null ? /^\s*(\S*)()/ : new RegExp(`"${escaped(key)}"\\s*:\\s*"([^"]*)("?)`);
  const text = logprobs.map(({ token }) => token).join('');
  const start = begin.exec(text);
  if (!start) return undefined;
  const valueAt = start.index + start[0].length;

  /** The actions that a text could still become, and how far its value has come. */
  const read = (so: string): { possible: readonly string[]; value: string } | undefined => {
    const found = partial.exec(so);
    if (!found) return undefined;
    const value = found[1]!;
    const whole = found[2] === '"';
    return { value, possible: allowed.filter((action) => (whole ? action === value : action.startsWith(value))) };
  };

  const probabilities: Record<string, number> = Object.fromEntries(allowed.map((action) => [action, 0]));
  let left = 1;
  let coverage = 1;
  let exact = true;
  let decided = false;
  let before = '';
  let possible: readonly string[] = allowed;
  for (const { token, logprob, top } of logprobs) {
    const after = before + token;
    if (after.length > valueAt) {
      const own = read(after);
      if (!own || own.possible.length === 0) return undefined;
      // Tokens that spell the same so far lead to the same place: their probability goes on together.
      let stays = Math.exp(logprob);
      const branches: { readonly possible: readonly string[]; readonly mass: number }[] = [];
      for (const other of top) {
        if (other.token === token) continue;
        const there = read(before + other.token);
        if (!there || there.possible.length === 0) continue;
        const mass = Math.exp(other.logprob);
        if (there.possible.length === own.possible.length && there.possible.every((action) => own.possible.includes(action))) stays += mass;
        else branches.push({ possible: there.possible, mass });
      }
      const all = branches.reduce((sum, { mass }) => sum + mass, stays);
      if (!decided && possible.length > 1) {
        coverage = Math.min(1, all);
        decided = own.possible.length < possible.length || branches.length > 0;
      }
      for (const branch of branches) {
        // "SELL_" where "SELL_ALL" was followed: what it would have become is not known.
        if (branch.possible.length > 1) exact = false;
        for (const action of branch.possible) probabilities[action]! += (left * branch.mass) / all / branch.possible.length;
      }
      left *= stays / all;
      possible = own.possible;
      if (possible.length === 1) {
        probabilities[possible[0]!]! += left;
        return { probabilities, coverage, exact };
      }
    }
    before = after;
  }
  // The answer ended within the value, where one action is the beginning of another.
  const value = read(text)?.value;
  if (value === undefined || !allowed.includes(value)) return undefined;
  probabilities[value]! += left;
  return { probabilities, coverage, exact };
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** Difference of the two likeliest: small means that the model wavered. */
export function margin({ probabilities }: ActionDistribution): number {
  const [first = 0, second = 0] = Object.values(probabilities).sort((a, b) => b - a);
  return first - second;
}

/** Share of the samples that say the same as most of them; abstentions (null) agree with nothing. 0 without samples. */
export function agreement(actions: readonly (string | null)[]): number {
  const counts = new Map<string, number>();
  for (const action of actions) if (action !== null) counts.set(action, (counts.get(action) ?? 0) + 1);
  return actions.length === 0 ? 0 : Math.max(0, ...counts.values()) / actions.length;
}
