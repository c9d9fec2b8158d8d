/** How a role's word stands in a decision's row: plain JSON, in an order that does not hang on who answered first. */
import { type Role, roles, tiers } from '../llm/index.js';
import type { Cited } from './evidence.js';
import type { FragmentRef } from './prompt.js';
import type { Spoken } from './speak.js';

export interface RoleRecord {
  readonly role: Role;
  readonly round: number;
  /** `anchor`: from numbers alone; `shadow`: asked for the estimate of quality only; `market`: about the whole market. */
  readonly part: string;
  readonly sample: number;
  readonly tier: string;
  readonly model: string;
  readonly transcripts: readonly string[];
  /** What the prompt was made of, in its order. */
  readonly prompt: readonly FragmentRef[];
  readonly digest?: string;
  /** rule: fixed rules, not a model. */
  readonly by?: 'model' | 'rule';
  readonly repaired?: boolean;
  readonly answer?: unknown;
  readonly cited?: Cited;
  /** Why there is no answer. */
  readonly abstained?: string;
}

export function recordOf(spoken: Spoken): RoleRecord {
  const { role, round, part, sample, tier, model, transcripts, prompt } = spoken;
  const common = { role, round, part, sample, tier, model, transcripts, prompt: prompt.refs };
  if (!spoken.ok) return { ...common, abstained: spoken.abstention.reason };
  const { digest, by, repaired, value, cited } = spoken;
  return { ...common, digest, by, repaired, answer: value, cited };
}

const rank = ({ role, round, tier, sample, part }: Spoken): readonly (number | string)[] => [
  roles.indexOf(role),
  round,
  part,
  tiers.indexOf(tier),
  sample,
];

export function roleOrder(a: Spoken, b: Spoken): number {
  const [left, right] = [rank(a), rank(b)];
  for (const [i, one] of left.entries()) if (one !== right[i]) return one < right[i]! ? -1 : 1;
  return 0;
}
