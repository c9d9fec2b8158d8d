/** What verify says of a run or a training, and what it is lent to find out. */
import type { Clock } from '../core/index.js';
import type { Transcripts } from '../llm/index.js';
import type { Embedder } from '../memory/index.js';
import type { ReplayEffects, ReplayProgress, RunRow } from '../replay/index.js';
import type { TrainProgress } from '../rl/index.js';

export interface VerifyResult {
  readonly run: string;
  readonly verdict: 'verified' | 'drifted' | 'cannot verify';
  /** One plain sentence. */
  readonly says: string;
  /**
   * Parts of the stamp that differ today: code, lockfile, runtime, parameters, seed, data:SYMBOL, rulebook, memory, bundle, model:NAME, file:NAME;
   * of a training also kernel:NAME, features, settings, risk.
   */
  readonly moved: readonly string[];
  /** By file: whether the second run gave the same bytes. */
  readonly files: Readonly<Record<string, boolean>>;
}

export interface VerifyEffects {
  readonly clock: Clock;
  /** Where the second run may work; its folder is removed afterwards. */
  readonly resultsDir: string;
  readonly progress?: (progress: ReplayProgress) => void;
  /** Trains a training again however long that took; short ones always are. */
  readonly retrain?: boolean;
  readonly trainProgress?: (progress: TrainProgress) => void;
  readonly signal?: AbortSignal;
  /** Opens the embedder of a run's memory by its id; without it only the local one is at hand. */
  readonly openEmbedder?: (id: string) => Promise<{ readonly embedder: Embedder; readonly close: () => Promise<void> }>;
  /** What a run that asked models is run again with: models that answer from these transcripts and nowhere else. */
  readonly answerFrom?: (row: RunRow, transcripts: Transcripts) => Partial<ReplayEffects>;
}
