/** Which model each role asks, what it costs and within what limits: made of the settings, once. */
import type { Settings } from '../config/index.js';
import type { BudgetLimits } from './budget.js';
import { LlmInputError } from './errors.js';
import { FREE, type Price, priceFrom } from './price.js';
import { type Role, roleTiers, type Tier, tierAbove, tiers } from './roles.js';
import { RULE } from './rule-provider.js';

export interface ServerPlan {
  readonly kind: 'ollama' | 'openai';
  readonly baseUrl: string;
  readonly apiKey?: string;
}

export interface CallLimits {
  readonly timeoutMs: number;
  readonly retries: number;
  readonly concurrency: number;
  readonly ratePerMinute?: number;
}

export interface ModelPlan {
  readonly servers: Readonly<Record<string, ServerPlan>>;
  /** `server/name` by tier, or by `role.tier`. */
  readonly models: Readonly<Record<string, string>>;
  readonly startTiers: Readonly<Record<string, Tier>>;
  readonly prices: Readonly<Record<string, Price>>;
  /** Last day that a model has read of, `YYYY-MM-DD`. */
  readonly cutoffs: Readonly<Record<string, string>>;
  readonly embed?: string;
  readonly numCtx: number;
  readonly limits: CallLimits;
  readonly budget: BudgetLimits;
}

/** What a role asks at a tier. */
export interface Choice {
  /** `server/name`; `rule:v1` where no model is configured. */
  readonly model: string;
  readonly tier: Tier;
  /** The tier that was wanted, where another's model stands in. */
  readonly standsInFor?: Tier;
}

const withScheme = (host: string): string => (/^https?:\/\//.test(host) ? host : `http://${host}`).replace(/\/+$/, '');

/** Throws LlmInputError for a model of a server that the settings don't have, and for one without a price where yuan are limited. */
export function modelPlan(values: Settings['values']): ModelPlan {
  const servers: Record<string, ServerPlan> = {
    ollama: { kind: 'ollama', baseUrl: withScheme(values.ollamaHost), ...(values.ollamaApiKey && { apiKey: values.ollamaApiKey }) },
  };
  for (const [name, url] of Object.entries(values.llmServers)) {
    const apiKey = values.llmKeys[name];
    servers[name] = { kind: 'openai', baseUrl: url.replace(/\/+$/, ''), ...(apiKey && { apiKey }) };
  }
  const used = [...Object.values(values.llmTiers), ...(values.llmEmbed ? [values.llmEmbed] : [])];
  for (const model of used) {
    const server = servers[serverOf(model)];
    if (!server) throw unknownServer(model, Object.keys(servers));
    if (server.kind === 'openai' && values.llmBudgetYuan !== undefined && values.llmPrices[model] === undefined) {
      throw new LlmInputError(
        `modelPlan: expected a price of ${model}, for the budget of ${values.llmBudgetYuan} yuan, got none. Add it to llmPrices (0/0 if it is free).`,
      );
    }
  }
  return {
    servers,
    models: values.llmTiers,
    startTiers: values.llmRoles as Readonly<Record<string, Tier>>,
    prices: Object.fromEntries(Object.entries(values.llmPrices).map(([model, text]) => [model, priceFrom(text, model)])),
    cutoffs: values.llmCutoffs,
    ...(values.llmEmbed !== undefined && { embed: values.llmEmbed }),
    numCtx: values.llmNumCtx,
    limits: {
      timeoutMs: values.llmTimeoutMs,
      retries: values.llmRetries,
      concurrency: values.llmConcurrency,
      ...(values.llmRatePerMinute !== undefined && { ratePerMinute: values.llmRatePerMinute }),
    },
    budget: {
      ...(values.llmBudgetTokens !== undefined && { tokens: values.llmBudgetTokens }),
      ...(values.llmBudgetYuan !== undefined && { yuan: values.llmBudgetYuan }),
      ...(values.llmBudgetSeconds !== undefined && { seconds: values.llmBudgetSeconds }),
      ...(values.llmBudgetCalls !== undefined && { calls: values.llmBudgetCalls }),
    },
  };
}

/**
 * What `role` asks at `tier` (its first one by default). A tier without a model is stood in for by the nearest, smaller before
 * larger; without any model, by the rules.
 */
export function modelFor(plan: ModelPlan, role: Role, tier: Tier = plan.startTiers[role] ?? roleTiers[role]): Choice {
  const at = tiers.indexOf(tier);
  const nearest = [...tiers.slice(0, at + 1).reverse(), ...tiers.slice(at + 1)];
  for (const one of nearest) {
    const model = plan.models[`${role}.${one}`] ?? plan.models[one];
    if (model !== undefined) return { model, tier: one, ...(one !== tier && { standsInFor: tier }) };
  }
  return { model: RULE, tier };
}

/** What `role` asks when `choice` was not enough: the next tier with another model. Undefined when there is none. */
export function escalation(plan: ModelPlan, role: Role, choice: Choice): Choice | undefined {
  for (let tier = tierAbove(choice.tier); tier !== undefined; tier = tierAbove(tier)) {
    const model = plan.models[`${role}.${tier}`] ?? plan.models[tier];
    if (model !== undefined && model !== choice.model) return { model, tier };
  }
  return undefined;
}

export const priceOf = (plan: ModelPlan, model: string): Price => plan.prices[model] ?? FREE;

/** `server/name` cut at its first slash. */
export const serverOf = (model: string): string => model.slice(0, model.indexOf('/'));
export const nameOf = (model: string): string => model.slice(model.indexOf('/') + 1);

function unknownServer(model: string, servers: readonly string[]): LlmInputError {
  return new LlmInputError(
    `modelPlan: expected ${model} to be of one of the servers ${servers.join(', ')}, got ${JSON.stringify(serverOf(model))}. Give its URL in llmServers.`,
  );
}
