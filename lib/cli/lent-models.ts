/** What a command lends to runs that ask language models: the configured models on record, and the secret of their fences. */
import { createHmac, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '../core/index.js';
import type { MarketData } from '../feeds/index.js';
import { type Models, memoryMeter, modelPlan, type Transcripts } from '../llm/index.js';
import { localEmbedderId, recordedEmbedder, serverEmbedder } from '../memory/index.js';
import { asksModels, prepareReplay, type ReplayEffects, type ReplaySpec, type RunRow } from '../replay/index.js';
import type { Context } from './action.js';
import { openedModels } from './opened-models.js';

export interface Lent {
  readonly effects: Pick<ReplayEffects, 'llm' | 'embedder'>;
  close(): Promise<void>;
}

const NOTHING: Lent = { effects: {}, close: async () => {} };

/**
 * Opens what a spec asks for: the models of its roles, the embedder of its memory. Nothing where it asks no model, or none is configured
 * (rules stand in then). Throws where a server is away before the run begins.
 */
export async function lentModels(context: Context, spec: ReplaySpec, data: MarketData): Promise<Lent> {
  const plan = modelPlan(context.settings.values);
  const asking = asksModels(spec) && Object.keys(plan.models).length > 0;
  const embedderOf = spec.memory?.embedder;
  if (!asking && embedderOf === undefined) return NOTHING;
  // The calls go by the name of the run, which hangs on the plan but on no answer.
  const { run } = prepareReplay(spec, {
    data,
    ...(asking && { llm: { models: { plan } as Models, secret: '', meter: memoryMeter() } }),
  });
  const { models, meter, close } = openedModels(context, run);
  try {
    if (asking) await models.ready([...new Set(Object.values(plan.models))]);
    return {
      effects: {
        ...(asking && { llm: { models, secret: fenceOf(context.settings.values.resultsDir, run), meter } }),
        ...(embedderOf !== undefined && { embedder: await serverEmbedder(models, embedderOf) }),
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/**
 * For `verify`: models and the embedder that answer from a run's transcripts and ask nobody. Throws InputError for a run that asked
 * models and has no fence.
 */
export const answerFrom =
  (context: Context) =>
  (row: RunRow, transcripts: Transcripts): Pick<ReplayEffects, 'llm' | 'embedder'> => {
    const { fence, embedder } = row;
    const served = embedder !== undefined && embedder.id !== localEmbedderId;
    if (fence === undefined && !served) {
      throw new InputError(`verify: expected the fence of ${row.run} in its run.json, got none. Its prompts can't be made again.`);
    }
    const { models, meter } = openedModels(context, row.run, { mode: 'replay', transcripts, asks: row.asks });
    return {
      ...(fence !== undefined && { llm: { models, secret: fence, meter } }),
      ...(served && { embedder: recordedEmbedder(models, embedder) }),
    };
  };

/**
 * The secret of a run's fences: the run's own, since its record and its packs tell it; from one key a results folder, made once and
 * told nowhere, since a run that goes on must fence as it did before.
 */
export function fenceOf(resultsDir: string, run: string): string {
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
