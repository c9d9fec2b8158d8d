/** Exports answer as the bundle does: ONNX in onnxruntime, npz in numpy (where a Python has it). */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import { beforeAll, expect, test } from 'vitest';
import { randomInit, randomNormal, sha256 } from '../../lib/core/index.js';
import { networkInputs, type PolicyBundle, policyLogits, policyNpz, policyOnnx, separateOnnx } from '../../lib/rl/index.js';
import { npyBytes } from '../../lib/rl/npy.js';
import { someBundle } from './some-bundle.js';

const bundles: readonly (readonly [string, PolicyBundle])[] = [
  ['tanh, normalised, clipped', someBundle({ features: 14, hidden: [64, 64] })],
  ['relu, no raw clip', someBundle({ seed: 2, features: 14, hidden: [32, 16], activation: 'relu', rawClip: null })],
  ['nothing before the network', someBundle({ seed: 3, rawClip: null, normalised: false })],
  ['a raw clip alone', someBundle({ seed: 4, rawClip: 2, normalised: false })],
  ['no hidden layer', someBundle({ seed: 5, hidden: [] })],
];

function observations(bundle: PolicyBundle, rows: number): Float32Array {
  const random = randomInit(7);
  const values = Float32Array.from({ length: rows * bundle.schema.features.length }, () => 8 * randomNormal(random));
  values[0] = 1e30;
  values[1] = -1e30;
  return values;
}

let ort: typeof import('onnxruntime-node');
beforeAll(async () => {
  ort = await import('onnxruntime-node');
});

async function runOnnx(model: Uint8Array, input: string, output: string, values: Float32Array, width: number): Promise<Float32Array> {
  const session = await ort.InferenceSession.create(model, { intraOpNumThreads: 1, logSeverityLevel: 3 });
  expect([session.inputNames, session.outputNames]).toEqual([[input], [output]]);
  const result = await session.run({ [input]: new ort.Tensor('float32', values, [values.length / width, width]) });
  await session.release();
  return result[output]!.data as Float32Array;
}

const apart = (a: Float32Array, b: Float32Array): number => {
  expect(a.length).toBe(b.length);
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0);
};

test.each(bundles)('ONNX: %s', async (_, bundle) => {
  const width = bundle.schema.features.length;
  for (const rows of [1, 64]) {
    const values = observations(bundle, rows);
    const logits = await runOnnx(policyOnnx(bundle), 'observation', 'logits', values, width);
    // unnormalised inputs of 1e30 overflow what 1e-5 can mean; there the same bits of huge numbers are not asked for
    const clipped = bundle.rawClip !== null || bundle.normaliser !== null;
    if (clipped) expect(apart(logits, policyLogits(bundle, values))).toBeLessThan(1e-5);
    else expect(apart(logits.subarray(5), policyLogits(bundle, values).subarray(5))).toBeLessThan(1e-5 * 32);
  }
});

test('ONNX with the normaliser apart: its output has the same bits', async () => {
  const bundle = bundles[0]![1];
  const values = observations(bundle, 200);
  const { normaliser, policy } = separateOnnx(bundle);
  const normalised = await runOnnx(normaliser, 'observation', 'normalised', values, 14);
  expect(normalised).toEqual(networkInputs(bundle, values, 14));
  expect(apart(await runOnnx(policy, 'normalised', 'logits', normalised, 14), policyLogits(bundle, values))).toBeLessThan(1e-5);
  expect(() => separateOnnx(bundles[2]![1])).toThrow(/expected a normaliser in some-3/);
});

test('the same bundle gives the same bytes', () => {
  const [, bundle] = bundles[0]!;
  expect(sha256(policyOnnx(bundle))).toBe(sha256(policyOnnx(bundle)));
  expect(sha256(policyNpz(bundle))).toBe(sha256(policyNpz(bundle)));
});

test('npy: the bytes that numpy writes', () => {
  // python3 -c "import io, numpy as np; f = io.BytesIO(); np.save(f, np.array([[1, 2.5], [-3, 4]], '<f4')); print(f.getvalue().hex())" (numpy 2.4.6)
  const expected = `934e554d5059010076007b276465736372273a20273c6634272c2027666f727472616e5f6f72646572273a2046616c73652c20277368617065273a2028322c2032292c207d${'20'.repeat(58)}0a0000803f00002040000040c000008040`;
  expect(Buffer.from(npyBytes(Float32Array.of(1, 2.5, -3, 4), [2, 2])).toString('hex')).toBe(expected);
  expect(() => npyBytes(Float32Array.of(1), [2])).toThrow(/2 values for shape \[2\], got 1/);
});

test('npz: one array for each name', () => {
  const { value: _, ...actor } = bundles[0]![1];
  const names = Object.keys(unzipSync(policyNpz({ ...actor, value: null, normaliser: null })));
  expect(names).toEqual(
    ['name', 'hash', 'schema', 'features', 'actions', 'activation', 'raw_clip']
      .concat([0, 1, 2].flatMap((layer) => [`policy.${layer}.weight`, `policy.${layer}.bias`]))
      .map((name) => `${name}.npy`),
  );
});

const pythons = ['build/peers/rl/bin/python', '.venv/bin/python', 'python3'];
const numpy = pythons.find((python) => spawnSync(python, ['-c', 'import numpy']).status === 0);

test.skipIf(!numpy)('npz: numpy reads it and answers the same', () => {
  const bundle = bundles[0]![1];
  const folder = mkdtempSync(join(tmpdir(), 'hindcast-npz-'));
  const values = observations(bundle, 50);
  writeFileSync(join(folder, 'policy.npz'), policyNpz(bundle));
  writeFileSync(join(folder, 'observations.f4'), new Uint8Array(values.buffer));
  const script = `
import sys, json, numpy as np
folder = sys.argv[1]
p = np.load(folder + '/policy.npz', allow_pickle=False)
x = np.fromfile(folder + '/observations.f4', '<f4').reshape(-1, len(p['features']))
x = np.clip(x, -p['raw_clip'], p['raw_clip'])
x = np.clip((x - p['mean']) / np.sqrt(p['variance'] + p['epsilon']), -p['clip'], p['clip']).astype(np.float32)
x.tofile(folder + '/normalised.f4')
for i in range(3):
    x = x @ p[f'policy.{i}.weight'].T + p[f'policy.{i}.bias']
    if i < 2: x = np.tanh(x)
x.astype('<f4').tofile(folder + '/logits.f4')
print(json.dumps({k: p[k].tolist() for k in ('name', 'hash', 'schema', 'features', 'actions', 'activation', 'count')}))
`;
  const said = JSON.parse(execFileSync(numpy!, ['-c', script, folder], { encoding: 'utf8' })) as unknown;
  expect(said).toEqual({
    name: bundle.name,
    hash: bundle.hash,
    schema: 'some',
    features: bundle.schema.features.map(({ name }) => name),
    actions: bundle.actions.rows.map(({ name }) => name),
    activation: 'tanh',
    count: bundle.normaliser!.count,
  });
  const floats = (file: string) => {
    const bytes = readFileSync(join(folder, file));
    return Float32Array.from({ length: bytes.length / 4 }, (_, i) => bytes.readFloatLE(4 * i));
  };
  expect(floats('normalised.f4')).toEqual(networkInputs(bundle, values, 14));
  expect(apart(floats('logits.f4'), policyLogits(bundle, values))).toBeLessThan(1e-5);
});
