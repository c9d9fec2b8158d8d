/** What each role would ask, as things stand: model, digest, cut-off, whether it is there. */
import { hideSecrets } from '../core/index.js';
import { failureKind } from './errors.js';
import type { CallEffects } from './model-calls.js';
import { type ModelPlan, modelFor, serverOf } from './model-plan.js';
import { roles, type Tier, tierAbove } from './roles.js';
import { RULE } from './rule-provider.js';
import { openServers, type Servers } from './servers.js';

export interface RoleRow {
  readonly role: string;
  readonly tier: string;
  readonly model: string;
  /** The models of the tiers above, to which it may go up. */
  readonly above: readonly string[];
  readonly standsInFor: string | null;
}

export interface ModelRow {
  readonly model: string;
  readonly digest: string | null;
  readonly parameters: string | null;
  readonly contextLength: number | null;
  /** Last day that it has read of, as the settings say; null: not told. */
  readonly cutoff: string | null;
  /** Yuan a million tokens, prompt/answer; null: not told. */
  readonly price: string | null;
  readonly healthy: boolean;
  /** What is wrong and what to do; null when nothing is. */
  readonly says: string | null;
}

export interface ModelsTable {
  readonly roles: readonly RoleRow[];
  readonly models: readonly ModelRow[];
  /** No model is configured: fixed rules stand in for all roles. */
  readonly rulesOnly: boolean;
}

/** Asks each server for the facts of its models, and nothing else. */
export async function modelsTable(plan: ModelPlan, effects: CallEffects, signal?: AbortSignal): Promise<ModelsTable> {
  const servers = openServers(plan, effects, signal);
  const rows: RoleRow[] = roles.map((role) => {
    const choice = modelFor(plan, role);
    const above: string[] = [];
    for (let tier: Tier | undefined = tierAbove(choice.tier); tier !== undefined; tier = tierAbove(tier)) {
      const model = plan.models[`${role}.${tier}`] ?? plan.models[tier];
      if (model !== undefined && model !== choice.model && !above.includes(model)) above.push(model);
    }
    return { role, tier: choice.tier, model: choice.model, above, standsInFor: choice.standsInFor ?? null };
  });
  rows.push({ role: 'embeddings', tier: 'embed', model: plan.embed ?? 'in process', above: [], standsInFor: null });
  const named = new Set([...rows.flatMap(({ model, above }) => [model, ...above])]);
  named.delete('in process');
  try {
    return {
      roles: rows,
      models: await Promise.all([...named].sort().map((model) => rowOf(servers, plan, model))),
      rulesOnly: Object.keys(plan.models).length === 0,
    };
  } finally {
    await servers.close();
  }
}

async function rowOf(servers: Servers, plan: ModelPlan, model: string): Promise<ModelRow> {
  const price = plan.prices[model];
  const base = {
    model,
    cutoff: plan.cutoffs[model] ?? null,
    price: price ? `${price.promptYuanPerMillion}/${price.completionYuanPerMillion}` : isFree(plan, model) ? '0/0' : null,
  };
  try {
    const facts = await servers.describe(model);
    return {
      ...base,
      digest: facts.digest,
      parameters: facts.parameters ?? null,
      contextLength: facts.contextLength ?? null,
      healthy: true,
      says: model === RULE ? 'fixed rules, no language model' : null,
    };
  } catch (error) {
    if (failureKind(error) === undefined) throw error;
    return { ...base, digest: null, parameters: null, contextLength: null, healthy: false, says: hideSecrets((error as Error).message) };
  }
}

const isFree = (plan: ModelPlan, model: string): boolean => model === RULE || plan.servers[serverOf(model)]?.kind === 'ollama';
