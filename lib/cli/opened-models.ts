/** The models of the settings, opened for a command: transcripts beside the runs, a budget, limits. */
import { join } from 'node:path';
import { randomFloat, randomInit } from '../core/index.js';
import { emptyBudget, type Models, memoryMeter, modelPlan, openBudget, openModels, Transcripts } from '../llm/index.js';
import type { Context } from './action.js';

/** `run` names the calls in the transcripts. What was spent under that name before counts. */
export function openedModels({ settings, clock, signal }: Context, run: string): { models: Models; close: () => Promise<void> } {
  const { values } = settings;
  const transcripts = new Transcripts(join(values.resultsDir, 'transcripts.sqlite'));
  // For the jitter between attempts, which no result depends on.
  const jitter = randomInit(clock.now() >>> 0, 'models-jitter');
  const plan = modelPlan(values);
  const models = openModels({
    plan,
    run,
    mode: values.llmMode,
    transcripts,
    budget: openBudget(plan.budget, { ...emptyBudget, spent: transcripts.spentBy(run) }),
    meter: memoryMeter(),
    clock,
    random: () => randomFloat(jitter),
    signal,
  });
  return {
    models,
    close: async () => {
      await models.close();
      transcripts.close();
    },
  };
}
