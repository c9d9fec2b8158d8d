/** The models of the settings, opened for a command: transcripts beside the runs, a budget, limits. */
import { join } from 'node:path';
import { randomFloat, randomInit } from '../core/index.js';
import { emptyBudget, type Meter, type Models, memoryMeter, modelPlan, openBudget, openModels, Transcripts } from '../llm/index.js';
import type { RunRow } from '../replay/index.js';
import type { Context } from './action.js';

export interface OpenedModels {
  readonly models: Models;
  readonly meter: Meter;
  close(): Promise<void>;
}

/** `run` names the calls in the transcripts. What was spent under that name before counts. `instead`: for a replay from other transcripts. */
export function openedModels(
  { settings, clock, signal }: Context,
  run: string,
  instead?: { readonly mode: 'replay'; readonly transcripts: Transcripts; readonly asks: RunRow['asks'] },
): OpenedModels {
  const { values } = settings;
  const transcripts = instead?.transcripts ?? new Transcripts(join(values.resultsDir, 'transcripts.sqlite'));
  // For the jitter between attempts, which no result depends on.
  const jitter = randomInit(clock.now() >>> 0, 'models-jitter');
  // A run is asked again as it was asked, whatever the settings say today.
  const plan = { ...modelPlan(values), ...instead?.asks };
  const meter = memoryMeter();
  const models = openModels({
    plan,
    run,
    mode: instead?.mode ?? values.llmMode,
    transcripts,
    budget: openBudget(instead === undefined ? plan.budget : {}, { ...emptyBudget, spent: transcripts.spentBy(run) }),
    meter,
    clock,
    random: () => randomFloat(jitter),
    signal,
  });
  return {
    models,
    meter,
    close: async () => {
      await models.close();
      if (instead === undefined) transcripts.close();
    },
  };
}
