/** Models where none is configured: every question is answered by its rule, at once, and kept nowhere. */
import { canonicalJson } from '../core/index.js';
import { type ModelPlan, type Models, NoModel, RULE } from '../llm/index.js';

const NO_PLAN: ModelPlan = {
  servers: {},
  models: {},
  startTiers: {},
  prices: {},
  cutoffs: {},
  numCtx: 8192,
  limits: { timeoutMs: 1, retries: 0, concurrency: 1 },
  budget: {},
};

const refuse = (what: string) => Promise.reject(new NoModel(RULE, `expected a model for ${what}, got none. Set llmTiers.`));

export function ruleModels(): Models {
  const attempt: Models['attempt'] = async ({ byRule, format }) => {
    if (byRule === undefined) return { ok: false, fault: new NoModel(RULE, 'expected a rule for the question, got none. Set llmTiers.') };
    const json = byRule();
    const checked = format?.check(json);
    if (checked?.ok === false)
      return {
        ok: false,
        fault: new NoModel(RULE, `expected the rule to give the form ${format!.name}, got ${checked.says}. Mend the rule.`),
      };
    return {
      ok: true,
      answer: {
        text: canonicalJson(json),
        json,
        doneReason: 'stop',
        usage: { promptTokens: 0, completionTokens: 0 },
        seconds: 0,
        costMicroYuan: 0,
        model: RULE,
        modelDigest: RULE,
        by: 'rule',
        served: 'live',
        transcript: '',
        notes: ['rules, no language model'],
      },
    };
  };
  return {
    plan: NO_PLAN,
    attempt,
    async chat(request) {
      const tried = await attempt(request);
      if (!tried.ok) throw tried.fault;
      return tried.answer;
    },
    describe: async () => ({ name: RULE, digest: RULE }),
    ready: async () => {},
    embed: () => refuse('vectors'),
    used: () => ({ [RULE]: RULE }),
    replayed: ruleModels,
    close: async () => {},
  };
}
