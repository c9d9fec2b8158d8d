/** What a command lends to runs that ask language models: the configured models on record, and the secret of their fences. */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '../core/index.js';
import type { MarketData } from '../feeds/index.js';
import { type Models, memoryMeter, modelPlan, type Transcripts } from '../llm/index.js';
import { asksModels, prepareReplay, type ReplayEffects, type ReplaySpec, type RunRow } from '../replay/index.js';
import type { Context } from './action.js';
import { openedModels } from './opened-models.js';

export interface Lent {
  readonly effects: Pick<ReplayEffects, 'llm'>;
  close(): Promise<void>;
}

const NOTHING: Lent = { effects: {}, close: async () => {} };

/** Opens what a spec asks for; nothing where it asks no model, or none is configured (rules stand in then). */
export async function lentModels(context: Context, spec: ReplaySpec, data: MarketData): Promise<Lent> {
  if (!asksModels(spec)) return NOTHING;
  const plan = modelPlan(context.settings.values);
  if (Object.keys(plan.models).length === 0) return NOTHING;
  const secret = fenceSecret(context.settings.values.resultsDir);
  // The calls go by the name of the run, which hangs on the plan but on no answer.
  const { run } = prepareReplay(spec, { data, llm: { models: { plan } as Models, secret, meter: memoryMeter() } });
  const { models, meter, close } = openedModels(context, run);
  try {
    await models.ready([...new Set(Object.values(plan.models))]);
  } catch (error) {
    await close();
    throw error;
  }
  return { effects: { llm: { models, secret, meter } }, close };
}

/** For `verify`: models that answer from a run's transcripts and ask nobody. Throws InputError for a run without its fence. */
export const answerFrom =
  (context: Context) =>
  (row: RunRow, transcripts: Transcripts): Pick<ReplayEffects, 'llm'> => {
    if (row.fence === undefined) {
      throw new InputError(`verify: expected the fence of ${row.run} in its run.json, got none. Its prompts can't be made again.`);
    }
    const { models, meter } = openedModels(context, row.run, { mode: 'replay', transcripts });
    return { llm: { models, secret: row.fence, meter } };
  };

/** One secret a results folder, made once: a run that goes on, or is audited on cut data, must fence as it did before. */
function fenceSecret(resultsDir: string): string {
  const path = join(resultsDir, 'fence.key');
  mkdirSync(resultsDir, { recursive: true });
  if (!existsSync(path)) {
    try {
      writeFileSync(path, randomBytes(32).toString('hex'), { flag: 'wx', mode: 0o600 });
    } catch (error) {
      // Another process was first.
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
  return readFileSync(path, 'utf8').trim();
}
