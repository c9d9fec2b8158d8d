/** A policy bundle as a value: what belongs to it, what makes it whole, and its hash. */
import { hashOf, sha256 } from '../core/index.js';
import { checkActionTable } from '../market/index.js';
import { BundleError } from './bundle-error.js';
import { type BundleFile, bundleFileSchema } from './bundle-schema.js';
import type { DenseLayer, Network, PolicyBundle } from './contract.js';
import { type Tensor, writeSafetensors } from './safetensors.js';

const refuse = (part: string, expected: string, got: unknown): never => {
  throw new BundleError(`policy bundle: expected ${part} to be ${expected}, got ${got}. Make the bundle again from its source.`);
};

/** A bundle with its hash. Throws BundleError, naming the part, when the parts don't fit each other or hold numbers that aren't finite. */
export function sealBundle(parts: Omit<PolicyBundle, 'hash'>): PolicyBundle {
  const { hash } = bundleFileOf(parts).file;
  return { ...parts, hash };
}

/** bundle.json and the bytes of weights.safetensors. Checks the parts as {@link sealBundle} does. */
export function bundleFileOf(parts: Omit<PolicyBundle, 'hash'>): { file: BundleFile; weights: Uint8Array } {
  const { name, schema, rawClip, normaliser, actions, masking, policy, value, source } = parts;
  const weights = writeSafetensors(tensorsOf(policy, value), { format: 'hindcast-policy' });
  const shapes = (network: Network) => ({
    activation: network.activation,
    layers: network.layers.map(({ inputs, outputs }) => ({ inputs, outputs })),
  });
  const unsealed = {
    format: 'hindcast-policy' as const,
    v: 1 as const,
    name,
    schema: { id: schema.id, features: schema.features.map((feature) => ({ name: feature.name, unit: feature.unit })) },
    rawClip,
    normaliser: normaliser && {
      mean: Array.from(normaliser.mean),
      variance: Array.from(normaliser.variance),
      count: normaliser.count,
      clip: normaliser.clip,
      epsilon: normaliser.epsilon,
    },
    actions: { id: actions.id, rows: actions.rows.map((row) => ({ name: row.name, size: row.size })) },
    ...(masking === undefined ? {} : { masking }),
    policy: shapes(policy),
    value: value && shapes(value),
    weights: { file: 'weights.safetensors' as const, sha256: sha256(weights) },
    source: source as BundleFile['source'],
  };
  const checked = bundleFileSchema.omit({ hash: true }).safeParse(unsealed);
  if (!checked.success) {
    const { path, message } = checked.error.issues[0]!;
    return refuse(path.join('.') || 'its parts', 'as the schema says', message);
  }
  checkParts(parts);
  return { file: { ...unsealed, hash: hashOf(unsealed) }, weights };
}

/** Throws BundleError unless normaliser, networks, schema and action table fit each other, and every weight is finite. */
export function checkParts({ schema, normaliser, actions, policy, value }: Omit<PolicyBundle, 'hash'>): void {
  const width = schema.features.length;
  if (normaliser !== null) {
    if (normaliser.mean.length !== width) refuse('normaliser.mean', `of ${width} features`, normaliser.mean.length);
    if (normaliser.variance.length !== width) refuse('normaliser.variance', `of ${width} features`, normaliser.variance.length);
  }
  checkActionTable(actions);
  checkNetwork('policy', policy, width, actions.rows.length);
  if (value !== null) checkNetwork('value', value, width, 1);
}

function checkNetwork(name: string, { layers }: Network, inputs: number, outputs: number): void {
  let width = inputs;
  layers.forEach((layer, i) => {
    if (layer.inputs !== width) refuse(`${name} layer ${i}`, `of ${width} inputs`, layer.inputs);
    if (layer.weight.length !== layer.inputs * layer.outputs) {
      refuse(`${name}.${i}.weight`, `${layer.inputs * layer.outputs} values`, layer.weight.length);
    }
    if (layer.bias.length !== layer.outputs) refuse(`${name}.${i}.bias`, `${layer.outputs} values`, layer.bias.length);
    if (!layer.weight.every(Number.isFinite) || !layer.bias.every(Number.isFinite))
      refuse(`${name} layer ${i}`, 'finite', 'NaN or Infinity');
    width = layer.outputs;
  });
  if (width !== outputs) refuse(`the head of ${name}`, `of ${outputs} outputs`, width);
}

/** Tensors by name, `<policy|value>.<layer>.<weight|bias>`. */
export function tensorsOf(policy: Network, value: Network | null): Map<string, Tensor> {
  const tensors = new Map<string, Tensor>();
  const add = (name: string, layer: DenseLayer, i: number) => {
    tensors.set(`${name}.${i}.weight`, { shape: [layer.outputs, layer.inputs], values: layer.weight });
    tensors.set(`${name}.${i}.bias`, { shape: [layer.outputs], values: layer.bias });
  };
  policy.layers.forEach((layer, i) => {
    add('policy', layer, i);
  });
  value?.layers.forEach((layer, i) => {
    add('value', layer, i);
  });
  return tensors;
}
