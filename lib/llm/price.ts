/** What a call costs: a price table in yuan for a million tokens, the cost in whole millionths of a yuan. */
import type { Usage } from './contract.js';
import { LlmInputError } from './errors.js';

export interface Price {
  readonly promptYuanPerMillion: number;
  readonly completionYuanPerMillion: number;
}

export const FREE: Price = { promptYuanPerMillion: 0, completionYuanPerMillion: 0 };

/** Millionths of a yuan, rounded half up once a call: a yuan for a million tokens is one of them a token. */
export function costOf({ promptYuanPerMillion, completionYuanPerMillion }: Price, { promptTokens, completionTokens }: Usage): number {
  return Math.floor(promptTokens * promptYuanPerMillion + completionTokens * completionYuanPerMillion + 0.5);
}

/** A price from its text in the settings, `0.8/2`: yuan for a million tokens of prompt and of answer. */
export function priceFrom(text: string, model: string): Price {
  const [prompt, completion] = text.split('/').map(Number);
  if (prompt === undefined || completion === undefined || !(prompt >= 0) || !(completion >= 0)) {
    throw new LlmInputError(
      `llmPrices: expected two prices for ${model}, got ${JSON.stringify(text)}. Write prompt/answer in yuan a million tokens: 0.8/2.`,
    );
  }
  return { promptYuanPerMillion: prompt, completionYuanPerMillion: completion };
}
