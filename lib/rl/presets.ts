/** Settings of trainings by name. Each holds only what differs from the defaults. */
import { nearest } from '../config/index.js';
import { InputError } from '../core/index.js';

interface Preset {
  readonly about: string;
  readonly settings: Readonly<Record<string, unknown>>;
}

const presets: Readonly<Record<string, Preset>> = {
  default: { about: "stable-baselines3's PPO at its defaults, 8 environments, 500,000 steps", settings: {} },
  quick: {
    about: 'a first look within seconds: 60,000 steps, small networks, short horizon',
    settings: {
      totalSteps: 61_440,
      environments: 16,
      episode: 128,
      ppo: {
        stepsPerRollout: 128,
        minibatchSize: 256,
        epochs: 5,
        // A decision pays at the next bars or not at all.
        gamma: 0.9,
        learningRate: 1e-3,
        entropyWeight: 0.002,
        policyWidths: [32, 32],
        valueWidths: [32, 32],
      },
    },
  },
  legacy: {
    about: 'the old system: its 14 features (all of them), its reward, its five actions',
    settings: { schema: 'ashare14', features: 'all', reward: 'legacy' },
  },
  'big-batch': {
    about: '64 environments, batches of 2,048, wide networks, 2,000,000 steps, learning rate falling to 0',
    settings: {
      totalSteps: 2_000_000,
      environments: 64,
      ppo: {
        stepsPerRollout: 256,
        minibatchSize: 2048,
        learningRate: { from: 1e-3, to: 0 },
        policyWidths: [128, 128],
        valueWidths: [128, 128],
      },
    },
  },
};

/** Name and one line about each. */
export const trainerPresets = (): readonly { readonly name: string; readonly about: string }[] =>
  Object.entries(presets).map(([name, { about }]) => ({ name, about }));

/** Throws InputError with the nearest name. */
export function presetOf(name: string): Readonly<Record<string, unknown>> {
  const known = Object.keys(presets);
  if (Object.hasOwn(presets, name)) return presets[name]!.settings;
  const like = nearest(name, known);
  throw new InputError(
    `trainerSettings: expected a preset of ${known.join(', ')}, got ${JSON.stringify(name)}. ${like ? `Did you mean ${like}?` : 'Choose one.'}`,
  );
}
