/** A trained policy as a strategy: what it sees is the schema's observation, what it knows is the bundle's, nothing is learned on the way. */
import { z } from 'zod';
import { type Intent, type RandomState, randomInit, type Step, type Strategy, sha256 } from '../core/index.js';
import { registerActionTable } from '../market/index.js';
import {
  bestAction,
  chooseFeatures,
  loadBundle,
  networkRunner,
  Observer,
  type ObserverState,
  OUTSIDE_SIGMA,
  openKernel,
  type PolicyBundle,
  policyInputs,
  reproducibleKernel,
  rlSchema,
  sampleAction,
  softmax,
  softmaxOf,
} from '../rl/index.js';
import { StrategyError } from './errors.js';
import { barsEvidence, portfolioEvidence } from './intents.js';
import { readParameters } from './parameters.js';
import { maskRefused, type OrderRules } from './rl-masks.js';

export const rlSchemaOfParameters = z.strictObject({
  bundle: z.string().default('').describe('folder of the policy bundle'),
  sampling: z.enum(['best', 'draw']).default('best').describe('best: the most likely action; draw: one at random by its probability'),
  seed: z.int().nonnegative().default(1).describe('seed of the draws'),
});

/** Plain JSON. */
export interface RlState {
  observer: ObserverState;
  /** Draws of this symbol; null while the best action is taken. */
  random: RandomState | null;
  decisions: number;
  /** Decisions on an observation outside the policy's training. */
  outside: number;
}

/** All bars: a window costs the same however long it is. */
const EVERY_BAR = Number.MAX_SAFE_INTEGER;
/** Probabilities and confidences are written with this many places: more are noise of the arithmetic. */
const PLACES = 1e4;

/** The strategy of a bundle's folder. Throws BundleError unless it is whole, StrategyError or InputError when it doesn't fit this version. */
export function rl(parameters: z.input<typeof rlSchemaOfParameters> = {}, orders?: OrderRules): Strategy<RlState> {
  const { bundle, sampling, seed } = readParameters('rl', rlSchemaOfParameters, parameters);
  return rlStrategy(loadBundle(folderOf(bundle)), { sampling, seed, ...(orders && { orders }) });
}

function folderOf(bundle: string): string {
  if (bundle !== '') return bundle;
  throw new StrategyError('rl: expected the folder of a policy bundle, got none. Set its parameter bundle, such as bundle=models/<name>.');
}

/** Digest of what the parameters point to, by parameter: it names the policy wherever its folder lies. */
export const rlModels = ({ bundle }: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> => ({
  bundle: loadBundle(folderOf(String(bundle))).hash,
});

export interface RlOptions {
  readonly sampling?: 'best' | 'draw';
  readonly seed?: number;
  /** Rules of the run; only a policy that was taught under masks needs them. */
  readonly orders?: OrderRules;
}

/**
 * The strategy of a bundle. Its id carries the bundle's name and hash. Confidence is the probability of the action; where any feature lies
 * beyond {@link OUTSIDE_SIGMA} sigmas of the training it is halved, and `why` says which and how often so far.
 * A policy that was taught under masks is masked by the same rule, its probabilities with it; without `orders` it refuses to decide.
 */
export function rlStrategy(bundle: PolicyBundle, { sampling = 'best', seed = 1, orders }: RlOptions = {}): Strategy<RlState> {
  const schema = rlSchema(bundle.schema.id);
  if (bundle.rawClip !== schema.rawClip) {
    throw new StrategyError(
      `rl: expected the raw clip ${schema.rawClip} of schema ${schema.id}, got ${bundle.rawClip} in ${bundle.name}. Use the schema that the policy was trained on.`,
    );
  }
  const actions = registerActionTable(bundle.actions);
  const observer = new Observer(chooseFeatures(schema, bundle.schema.features));
  const inputs = policyInputs(bundle);
  const names = actions.rows.map((row) => row.name);
  const idle = actions.rows.find((row) => row.size.kind === 'none')?.name ?? null;
  // The kernel whose bits are the same on every machine.
  const runner = networkRunner(openKernel(reproducibleKernel()), bundle.policy, 1);
  const observation = new Float32Array(observer.size);
  const bytes = new Uint8Array(observation.buffer);
  const x = new Float32Array(observer.size);
  const logits = new Float32Array(names.length);
  const chances = softmaxOf(names.length);
  const label = `rl ${bundle.name}`;
  const masks = bundle.masking === undefined ? null : new Uint8Array(names.length);

  /** `HOLD 61.2 %, BUY_25 20.4 %, SELL_ALL 9.9 %`. */
  function likely(): string {
    const { probabilities } = chances;
    let text = '';
    let below = Number.POSITIVE_INFINITY;
    let after = -1;
    for (let place = 0; place < Math.min(3, names.length); place++) {
      let best = -1;
      for (let a = 0; a < names.length; a++) {
        const p = probabilities[a]!;
        const left = p < below || (p === below && a > after);
        if (left && (best < 0 || p > probabilities[best]!)) best = a;
      }
      if (best < 0) break;
      below = probabilities[best]!;
      after = best;
      text += `${place === 0 ? '' : ', '}${names[best]} ${(Math.round(below * 1000) / 10).toFixed(1)} %`;
    }
    return text;
  }

  return {
    id: `rl:${bundle.name}@${bundle.hash.slice(0, 8)}`,
    scope: 'symbol',
    actions,
    init: () => ({ observer: observer.init(), random: null, decisions: 0, outside: 0 }),
    decide(view, symbols, state): Step<RlState> {
      const symbol = symbols[0]!;
      const window = view.bars(symbol, EVERY_BAR);
      observer.absorb(state.observer, window, state.observer.bars);
      const portfolio = view.portfolio();
      if (!observer.ready(state.observer)) {
        const why = `${label}: ${state.observer.bars} of the ${schema.market.warmUp + 1} bars it needs`;
        return { intents: [{ symbol, action: idle, confidence: 0, why, evidence: [barsEvidence(window)] }], state };
      }
      observer.write(state.observer, portfolio, symbol, observation);
      inputs.take(observation, x);
      runner.run(x, 1, logits);
      if (masks !== null) {
        if (orders === undefined) {
          throw new StrategyError(
            `rl: expected the rules of the run for ${bundle.name}, which was taught under masks, got none. Play it in a replay, or give rlStrategy its orders.`,
          );
        }
        const newest = { day: state.observer.lastDay, closeTicks: window.close[window.length - 1]! };
        maskRefused(actions, orders, symbol, portfolio, newest, masks);
      }
      softmax(chances, logits, 0, masks, 0);
      const action =
        sampling === 'draw'
          ? sampleAction(chances, (state.random ??= randomInit(seed, `rl:${symbol}`)))
          : bestAction(logits, 0, names.length, masks, 0);
      state.decisions++;
      let confidence = chances.probabilities[action]!;
      let why = `${label}: ${likely()}`;
      if (inputs.outside > 0) {
        state.outside++;
        confidence /= 2;
        const { name } = bundle.schema.features[inputs.farthest]!;
        const others = inputs.outside > 1 ? ` and ${inputs.outside - 1} more` : '';
        why += `; outside its training (${state.outside} of ${state.decisions} decisions): ${name} at ${inputs.sigmas.toFixed(1)} sigma${others}, beyond ${OUTSIDE_SIGMA}; confidence halved`;
      }
      const intent: Intent = {
        symbol,
        action: names[action]!,
        confidence: Math.round(confidence * PLACES) / PLACES,
        why,
        evidence: [
          barsEvidence(window),
          portfolioEvidence(portfolio),
          { kind: 'observation', id: `${schema.id}:${sha256(bytes).slice(0, 32)}`, knownAt: view.asOf },
        ],
      };
      return { intents: [intent], state };
    },
  };
}
