/** `rule:v1`: what answers where no model is configured. Fixed rules of the caller, marked as rules wherever the answer goes. */
import { canonicalJson } from '../core/index.js';
import type { Provider } from './contract.js';
import { NoModel } from './errors.js';

/** Name of the stand-in, as server, model and digest. */
export const RULE = 'rule:v1';

const refuse = (what: string) =>
  Promise.reject(new NoModel(RULE, `expected a model for ${what}, got none. Set llmTiers, for example small=ollama/qwen3:8b.`));

export const ruleProvider = (): Provider => ({
  server: RULE,
  kind: 'rule',
  // A question without a rule comes here; one with a rule is answered by `ruleAnswer`.
  chat: () => refuse('a question'),
  embed: () => refuse('vectors'),
  describe: () => Promise.resolve({ name: RULE, digest: RULE }),
  close: () => Promise.resolve(),
});

/** What a rule gives, in the form of an answer: no tokens, no cost. */
export const ruleAnswer = (value: unknown) => ({
  text: typeof value === 'string' ? value : canonicalJson(value),
  doneReason: 'stop',
  usage: { promptTokens: 0, completionTokens: 0 },
  notes: ['rules, no language model'],
});
