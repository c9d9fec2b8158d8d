/** The servers that a plan names, each opened with its first use, each model within limits of its own. */
import type { Outside } from '../feeds/index.js';
import type { ModelFacts, Provider } from './contract.js';
import { LlmInputError } from './errors.js';
import { type CallEffects, FACTS_TIMEOUT_MS, factsCalls, modelCalls } from './model-calls.js';
import { type ModelPlan, nameOf, serverOf } from './model-plan.js';
import { ollama } from './ollama.js';
import { openaiCompatible } from './openai-compatible.js';
import { RULE, ruleProvider } from './rule-provider.js';

export interface OpenModel {
  readonly provider: Provider;
  readonly calls: Outside;
}

export interface Servers {
  of(model: string): OpenModel;
  describe(model: string): Promise<ModelFacts>;
  close(): Promise<void>;
}

export function openServers(plan: ModelPlan, effects: CallEffects, signal?: AbortSignal): Servers {
  const providers = new Map<string, Provider>();
  const models = new Map<string, OpenModel>();
  const facts = new Map<string, Outside>();

  function providerOf(model: string): Provider {
    const server = model === RULE ? RULE : serverOf(model);
    let provider = providers.get(server);
    if (provider) return provider;
    const settings = plan.servers[server];
    if (server !== RULE && !settings) {
      throw new LlmInputError(
        `openModels: expected a model as server/name of ${Object.keys(plan.servers).join(', ')}, got ${model}. Name its server in llmServers.`,
      );
    }
    if (!settings) provider = ruleProvider();
    else {
      // Facts and vectors go over the same connections as questions.
      const address = { server, ...settings, concurrency: plan.limits.concurrency * 2 + 2 };
      provider = settings.kind === 'ollama' ? ollama(address) : openaiCompatible(address);
    }
    providers.set(server, provider);
    return provider;
  }

  return {
    of(model) {
      let open = models.get(model);
      if (!open) {
        open = { provider: providerOf(model), calls: modelCalls(model, plan.limits, effects) };
        models.set(model, open);
      }
      return open;
    },
    describe(model) {
      const provider = providerOf(model);
      let calls = facts.get(provider.server);
      if (!calls) {
        calls = factsCalls(provider.server, effects);
        facts.set(provider.server, calls);
      }
      return calls.call((own) => provider.describe(nameOf(model), { timeoutMs: FACTS_TIMEOUT_MS, signal: own }), {
        label: `facts of ${model}`,
        ...(signal && { signal }),
      });
    },
    async close() {
      await Promise.all([...models.values()].map(({ calls }) => calls.close()));
      await Promise.all([...facts.values()].map((calls) => calls.close()));
      await Promise.all([...providers.values()].map((provider) => provider.close()));
    },
  };
}
