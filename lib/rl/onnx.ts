/** A policy as ONNX models: opset 17, IR version 8, batch axis free. */
import { BundleError } from './bundle-error.js';
import type { Network, NormaliserStatistics, PolicyBundle } from './contract.js';
import { DOUBLE, FLOAT, message, nodeProto, rowsProto, tensorProto } from './onnx-protobuf.js';

export const ONNX_OPSET = 17;
/** The IR version that came with opset 17 (ONNX 1.12). */
const IR_VERSION = 8;

interface Graph {
  readonly name: string;
  readonly input: string;
  readonly inputs: number;
  readonly output: string;
  readonly outputs: number;
  readonly nodes: readonly Uint8Array[];
  readonly tensors: readonly Uint8Array[];
}

/** One model, `observation` -> `logits`: raw clip and normaliser inside (in float64, as the bundle's own arithmetic), then the network. */
export function policyOnnx(bundle: PolicyBundle): Uint8Array {
  const width = bundle.schema.features.length;
  const before = inputNodes(bundle, width, 'observation', 'normalised');
  const network = networkNodes(bundle.policy, before.nodes.length > 0 ? 'normalised' : 'observation', 'logits');
  return modelProto(bundle, {
    name: bundle.name,
    input: 'observation',
    inputs: width,
    output: 'logits',
    outputs: bundle.actions.rows.length,
    nodes: [...before.nodes, ...network.nodes],
    tensors: [...before.tensors, ...network.tensors],
  });
}

/**
 * Two models: `observation` -> `normalised`, and `normalised` -> `logits`. Throws BundleError when the bundle has neither a raw clip nor a
 * normaliser, so that there is nothing to be apart.
 */
export function separateOnnx(bundle: PolicyBundle): { readonly normaliser: Uint8Array; readonly policy: Uint8Array } {
  const width = bundle.schema.features.length;
  const before = inputNodes(bundle, width, 'observation', 'normalised');
  if (before.nodes.length === 0) {
    throw new BundleError(`separateOnnx: expected a normaliser in ${bundle.name}, got none. Export it without a separate one.`);
  }
  const outputs = bundle.actions.rows.length;
  const whole = { input: 'observation', inputs: width, output: 'normalised', outputs: width };
  return {
    normaliser: modelProto(bundle, { name: `${bundle.name}-normaliser`, ...whole, ...before }),
    policy: modelProto(bundle, {
      name: bundle.name,
      input: 'normalised',
      inputs: width,
      output: 'logits',
      outputs,
      ...networkNodes(bundle.policy, 'normalised', 'logits'),
    }),
  };
}

type Nodes = Pick<Graph, 'nodes' | 'tensors'>;

function inputNodes(
  { rawClip, normaliser }: { rawClip: number | null; normaliser: NormaliserStatistics | null },
  width: number,
  input: string,
  output: string,
): Nodes {
  const nodes: Uint8Array[] = [];
  const tensors: Uint8Array[] = [];
  let current = input;
  if (rawClip !== null) {
    const name = normaliser === null ? output : 'clipped';
    tensors.push(tensorProto('raw_low', [], Float32Array.of(-rawClip)), tensorProto('raw_high', [], Float32Array.of(rawClip)));
    nodes.push(nodeProto('Clip', [current, 'raw_low', 'raw_high'], name));
    current = name;
  }
  if (normaliser !== null) {
    const { mean, variance, epsilon, clip } = normaliser;
    tensors.push(
      tensorProto('mean', [1, width], mean),
      tensorProto(
        'deviation',
        [1, width],
        variance.map((value) => Math.sqrt(value + epsilon)),
      ),
      tensorProto('low', [], Float64Array.of(-clip)),
      tensorProto('high', [], Float64Array.of(clip)),
    );
    nodes.push(
      nodeProto('Cast', [current], 'wide', { to: DOUBLE }),
      nodeProto('Sub', ['wide', 'mean'], 'centred'),
      nodeProto('Div', ['centred', 'deviation'], 'scaled'),
      nodeProto('Clip', ['scaled', 'low', 'high'], 'cut'),
      nodeProto('Cast', ['cut'], output, { to: FLOAT }),
    );
  }
  return { nodes, tensors };
}

function networkNodes({ layers, activation }: Network, input: string, output: string): Nodes {
  const nodes: Uint8Array[] = [];
  const tensors: Uint8Array[] = [];
  let current = input;
  layers.forEach((layer, i) => {
    const last = i === layers.length - 1;
    const [weight, bias, sum] = [`policy.${i}.weight`, `policy.${i}.bias`, last ? output : `sum_${i}`];
    tensors.push(tensorProto(weight, [layer.outputs, layer.inputs], layer.weight), tensorProto(bias, [layer.outputs], layer.bias));
    nodes.push(nodeProto('Gemm', [current, weight, bias], sum, { transB: 1 }));
    if (last) return;
    nodes.push(nodeProto(activation === 'tanh' ? 'Tanh' : 'Relu', [sum], `hidden_${i}`));
    current = `hidden_${i}`;
  });
  return { nodes, tensors };
}

function modelProto({ schema, actions, hash }: PolicyBundle, graph: Graph): Uint8Array {
  const entry = (key: string, value: string) => [14, message([1, key], [2, value])] as const;
  const graphProto = message(
    ...graph.nodes.map((node) => [1, node] as const),
    [2, graph.name],
    ...graph.tensors.map((tensor) => [5, tensor] as const),
    [11, rowsProto(graph.input, graph.inputs)],
    [12, rowsProto(graph.output, graph.outputs)],
  );
  return message(
    [1, IR_VERSION],
    [2, 'hindcast'],
    [7, graphProto],
    [8, message([1, ''], [2, ONNX_OPSET])],
    entry('schema', schema.id),
    entry('features', schema.features.map(({ name }) => name).join(',')),
    entry('actions', actions.rows.map(({ name }) => name).join(',')),
    entry('bundle', hash),
  );
}
