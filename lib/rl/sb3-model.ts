/** The policy of a PPO model that stable-baselines3 saved (`model.zip`), read without running any pickle. */
import { Sb3Error } from './bundle-error.js';
import type { DenseLayer, Network } from './contract.js';
import type { Tensor } from './safetensors.js';
import { readTorchTensors } from './torch-file.js';
import { readZip } from './zip.js';

export interface Sb3Model {
  readonly policy: Network;
  readonly value: Network;
  /** Of the file `_stable_baselines3_version`, when it is there. */
  readonly version: string | null;
  /** What the readable part of the model's settings says; null where it doesn't. */
  readonly trainedSteps: number | null;
  readonly seed: number | null;
  /** Taught under masks, by sb3-contrib's MaskablePPO. */
  readonly masked: boolean;
}

const refuse = (expected: string, got: string): never => {
  throw new Sb3Error(`readSb3Model: expected ${expected}, got ${got}. Only MLP policies of discrete actions can be imported.`);
};

/**
 * Actor and critic. The `:serialized:` values of the model's settings are pickles and stay unread: sizes follow from the shapes, the
 * activation from the readable text of `policy_kwargs` (default tanh, as SB3's). Throws Sb3Error, naming the part, on any other policy.
 */
export function readSb3Model(bytes: Uint8Array): Sb3Model {
  const entries = readZip(bytes, 'the model');
  const entry = (name: string) =>
    entries.get(name) ?? refuse(`${name} in the archive of a saved model`, [...entries.keys()].slice(0, 8).join(', '));
  const settings = settingsOf(entry('data').read());
  const observation = typeOf(settings['observation_space']);
  if (observation !== null && !observation.includes('.Box')) return refuse('a Box observation space', observation);
  const action = typeOf(settings['action_space']);
  if (action !== null && !action.includes('.Discrete')) return refuse('a Discrete action space', action);
  const tensors = readTorchTensors(entry('policy.pth').read(), 'policy.pth');
  const activation = activationOf(settings['policy_kwargs']);
  const policy = { activation, layers: layersOf(tensors, 'mlp_extractor.policy_net', 'action_net') };
  const value = { activation, layers: layersOf(tensors, 'mlp_extractor.value_net', 'value_net') };
  if (tensors.size > 0) return refuse('the tensors of an MLP policy alone', [...tensors.keys()].slice(0, 4).join(', '));
  const version = entries.get('_stable_baselines3_version');
  const integer = (name: string) => (Number.isSafeInteger(settings[name]) ? (settings[name] as number) : null);
  return {
    policy,
    value,
    version: version === undefined ? null : new TextDecoder().decode(version.read()).trim().slice(0, 40),
    trainedSteps: integer('num_timesteps'),
    seed: integer('seed'),
    masked: (textAt(settings['policy_class'], '__module__') ?? '').includes('maskable'),
  };
}

function settingsOf(bytes: Uint8Array): Record<string, unknown> {
  let settings: unknown;
  try {
    settings = JSON.parse(new TextDecoder().decode(bytes));
  } catch (error) {
    throw new Sb3Error('readSb3Model: expected JSON in entry data, got other text. Use the archive that SB3 saved.', { cause: error });
  }
  return typeof settings === 'object' && settings !== null && !Array.isArray(settings)
    ? (settings as Record<string, unknown>)
    : refuse('settings in entry data', typeof settings);
}

/** SB3 writes the type of what JSON can't hold as text, such as `<class 'gymnasium.spaces.box.Box'>`. */
const typeOf = (value: unknown): string | null => textAt(value, ':type:');

function textAt(value: unknown, key: string): string | null {
  const text = (value as Record<string, unknown> | null | undefined)?.[key];
  return typeof text === 'string' ? text.slice(0, 200) : null;
}

function activationOf(policyKwargs: unknown): Network['activation'] {
  const text = (policyKwargs as { activation_fn?: unknown } | null | undefined)?.activation_fn;
  if (text === undefined) return 'tanh';
  if (text === "<class 'torch.nn.modules.activation.Tanh'>") return 'tanh';
  if (text === "<class 'torch.nn.modules.activation.ReLU'>") return 'relu';
  return refuse('activation Tanh or ReLU', String(text).slice(0, 200));
}

/** Takes `<body>.0, .2, ...` and `<head>` out of the tensors: the odd places are the activations. */
function layersOf(tensors: Map<string, Tensor>, body: string, head: string): DenseLayer[] {
  const layers: DenseLayer[] = [];
  for (let i = 0; tensors.has(`${body}.${i}.weight`); i += 2) layers.push(layerOf(tensors, `${body}.${i}`));
  layers.push(layerOf(tensors, head));
  return layers;
}

function layerOf(tensors: Map<string, Tensor>, name: string): DenseLayer {
  const take = (part: string): Tensor => {
    const tensor = tensors.get(`${name}.${part}`) ?? refuse(`tensor ${name}.${part}`, 'none');
    tensors.delete(`${name}.${part}`);
    return tensor;
  };
  const [weight, bias] = [take('weight'), take('bias')];
  const [outputs, inputs] = weight.shape;
  if (weight.shape.length !== 2 || !outputs || !inputs) return refuse(`${name}.weight as [outputs, inputs]`, `[${weight.shape}]`);
  if (bias.shape.length !== 1 || bias.shape[0] !== outputs) return refuse(`${outputs} values for ${name}.bias`, `[${bias.shape}]`);
  return { inputs, outputs, weight: weight.values, bias: bias.values };
}
