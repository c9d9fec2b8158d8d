/** Turns a model and a normaliser that stable-baselines3 saved into a policy bundle, with a report of what the policy can't have learned. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { randomInit, randomNormal, sha256 } from '../core/index.js';
import { actionTable } from '../market/index.js';
import { sealBundle } from './bundle.js';
import { Sb3Error } from './bundle-error.js';
import type { PolicyBundle } from './contract.js';
import { type FeatureHealth, featureHealth } from './dead-features.js';
import { policyLogits } from './forward.js';
import { readSb3Model } from './sb3-model.js';
import { readVecNormalize } from './sb3-normaliser.js';
import { rlFeatures, rlSchema } from './schema.js';

export interface Sb3ImportOptions {
  /** Path of `final_model.zip`, `best_model.zip` or `rl_model_N_steps.zip`. */
  readonly model: string;
  /** Path of `final_vecnormalize.pkl`. The pair is not named alike, so both are asked for. */
  readonly normaliser?: string;
  readonly name?: string;
  readonly schema?: string;
  readonly actions?: string;
  /** The policy is MaskablePPO's, and its environment masked actions that would be refused: the bundle is masked by the same rule. */
  readonly masked?: boolean;
}

/** What the imported policy does with one made-up observation. */
export interface SampleAction {
  readonly observation: readonly number[];
  readonly logits: readonly number[];
  readonly action: string;
}

export interface Sb3Import {
  readonly bundle: PolicyBundle;
  readonly features: readonly FeatureHealth[];
  /** Five: all features at their mean in training, then four draws around it. */
  readonly samples: readonly SampleAction[];
}

const MAX_BYTES = 256 << 20;

/**
 * Reads both files, runs neither. Throws Sb3Error, naming what was refused, on a missing normaliser (with the candidates beside the
 * model), on hostile or damaged files, on other than discrete MLP policies, and BundleError when the model does not fit schema or table.
 */
export function importSb3(options: Sb3ImportOptions): Sb3Import {
  const { model, normaliser, schema = 'ashare14', actions = 'seedFive', masked = false } = options;
  const { id, rawClip } = rlSchema(schema);
  const features = rlFeatures(rlSchema(schema));
  const modelBytes = bytesOf(model, 'the model');
  if (normaliser === undefined) {
    throw new Sb3Error(`importSb3: expected the normaliser that belongs to ${basename(model)}, got none. ${candidatesBeside(model)}`);
  }
  const normaliserBytes = bytesOf(normaliser, 'the normaliser');
  const { policy, value, masked: taughtMasked, ...made } = readSb3Model(modelBytes);
  if (taughtMasked !== masked) {
    throw new Sb3Error(
      taughtMasked
        ? `importSb3: expected a policy taught without masks, got one of MaskablePPO, whose rule of masking isn't in its file. If it masked actions that would be refused, say so: --masked.`
        : 'importSb3: expected a policy of MaskablePPO with --masked, got one that was taught without masks. Leave it out.',
    );
  }
  const statistics = readVecNormalize(normaliserBytes);
  const inputs = policy.layers[0]!.inputs;
  if (inputs !== features.length) {
    throw new Sb3Error(
      `importSb3: expected a policy of the ${features.length} features of ${id}, got one of ${inputs}. Name the schema that it was trained on.`,
    );
  }
  if (statistics !== null && statistics.mean.length !== inputs) {
    throw new Sb3Error(
      `importSb3: expected statistics of ${inputs} features as the model has, got ${statistics.mean.length}. Model and normaliser don't belong together.`,
    );
  }
  const file = (path: string, bytes: Uint8Array) => ({ file: basename(path), bytes: bytes.length, sha256: sha256(bytes) });
  const bundle = sealBundle({
    name: options.name ?? basename(model).replace(/\.zip$/, ''),
    schema: { id, features },
    rawClip,
    normaliser: statistics,
    actions: actionTable(actions),
    ...(masked ? { masking: 'refused' as const } : {}),
    policy,
    value,
    source: {
      kind: 'stable-baselines3',
      ...made,
      model: file(model, modelBytes),
      normaliser: file(normaliser, normaliserBytes),
      normalised: statistics !== null,
    },
  });
  return { bundle, features: featureHealth(bundle), samples: samplesOf(bundle) };
}

function bytesOf(path: string, what: string): Uint8Array {
  if (!existsSync(path) || !statSync(path).isFile()) {
    throw new Sb3Error(`importSb3: expected ${what} at ${path}, got no such file. Check the path.`);
  }
  const { size } = statSync(path);
  if (size > MAX_BYTES)
    throw new Sb3Error(`importSb3: expected ${what} of at most ${MAX_BYTES} bytes, got ${size}. Name the file SB3 saved.`);
  return readFileSync(path);
}

function candidatesBeside(model: string): string {
  const found = readdirSync(dirname(model))
    .filter((name) => /\.(pkl|pickle)$/i.test(name))
    .sort((a, b) => Number(b.includes('normalize')) - Number(a.includes('normalize')) || a.localeCompare(b));
  if (found.length === 0) return 'Without it every input is wrong; no .pkl file lies beside the model: find the one saved with it.';
  return `Without it every input is wrong. Name it; beside the model lie: ${found.slice(0, 20).join(', ')}.`;
}

function samplesOf(bundle: PolicyBundle): SampleAction[] {
  const { schema, normaliser, rawClip, actions } = bundle;
  const random = randomInit(1, 'import-sb3 samples');
  const width = schema.features.length;
  return Array.from({ length: 5 }, (_, sample) => {
    const observation = Float32Array.from({ length: width }, (_, i) => {
      const mean = normaliser?.mean[i] ?? 0;
      const value = sample === 0 ? mean : mean + randomNormal(random) * Math.sqrt(normaliser?.variance[i] ?? 1);
      return rawClip === null ? value : Math.max(-rawClip, Math.min(rawClip, value));
    });
    const logits = policyLogits(bundle, observation);
    const action = actions.rows[logits.indexOf(Math.max(...logits))]!.name;
    return { observation: [...observation], logits: [...logits], action };
  });
}
