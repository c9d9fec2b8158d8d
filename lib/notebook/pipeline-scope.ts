/** What a promoted pipeline finds around its cells. */
import type { Effects } from './effects.js';
import { htmlOf, renderingOf, type Showable, type ShowOptions } from './rendering.js';
import { checkResults, type JsonValue, type Results } from './results.js';

export interface PipelineScope {
  declare(results: Results): void;
  show(value: Showable, options?: ShowOptions): void;
  /** All that was declared so far; a later declaration of a name replaces the earlier one. */
  results(): Results;
}

/** What `declare` and `show` mean inside a promoted pipeline. */
export function pipelineScope(effects: Effects): PipelineScope {
  const declared: Record<string, JsonValue> = {};
  return {
    declare: (results) => {
      Object.assign(declared, checkResults(results));
    },
    show: (value, options) => effects.display?.('text/html', htmlOf(renderingOf(value, options))),
    results: () => declared,
  };
}
