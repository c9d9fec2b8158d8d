/** What a command lends to runs that ask language models: the configured models on record, and the secret of their fences. */
import { createHmac, randomBytes } from 'node:crypto';
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
  // The calls go by the name of the run, which hangs on the plan but on no answer.
  const { run } = prepareReplay(spec, { data, llm: { models: { plan } as Models, secret: '', meter: memoryMeter() } });
  const secret = fenceOf(context.settings.values.resultsDir, run);
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
    const { models, meter } = openedModels(context, row.run, { mode: 'replay', transcripts, asks: row.asks });
    return { llm: { models, secret: row.fence, meter } };
  };

/**
 * The secret of a run's fences: the run's own, since its record and its packs tell it; from one key a results folder, made once and
 * told nowhere, since a run that goes on must fence as it did before.
 */
function fenceOf(resultsDir: string, run: string): string {
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
  return createHmac('sha256', readFileSync(path, 'utf8').trim()).update(run).digest('hex');
}
