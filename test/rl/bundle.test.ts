/** Policy bundles: whole or refused, by name; float64 and float32 to the bit; safetensors as its own package reads and writes it. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { beforeEach, expect, test } from 'vitest';
import { BundleError, bundleJsonSchema, loadBundle, type PolicyBundle, policyLogits, saveBundle, sealBundle } from '../../lib/rl/index.js';
import { readSafetensors, writeSafetensors } from '../../lib/rl/safetensors.js';
import { someBundle } from './some-bundle.js';

let folder = '';
beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'hindcast-bundle-')), 'policy');
});
const bundleFile = () => join(folder, 'bundle.json');
const weightsFile = () => join(folder, 'weights.safetensors');
const editJson = (change: (json: { normaliser?: { mean: number[] } }) => void) => {
  const json = JSON.parse(readFileSync(bundleFile(), 'utf8')) as { normaliser?: { mean: number[] } };
  change(json);
  writeFileSync(bundleFile(), JSON.stringify(json));
};
const refusal = (act: () => unknown): string => {
  try {
    act();
  } catch (error) {
    expect(error).toBeInstanceOf(BundleError);
    return (error as Error).message;
  }
  throw new Error('not refused');
};

test('what is saved is loaded, to the bit, with the same hash', () => {
  const bundle = someBundle();
  saveBundle(folder, bundle);
  expect(loadBundle(folder)).toEqual(bundle);
  expect(readdirSync(folder).sort()).toEqual(['bundle.json', 'weights.safetensors']);
  expect(readdirSync(join(folder, '..'))).toEqual(['policy']);
});

test('any finite float64 of the normaliser survives the file', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { minLength: 4, maxLength: 4 }),
      fc.array(fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }), { minLength: 4, maxLength: 4 }),
      fc.double({ min: 0, max: 1e15, noNaN: true }),
      (mean, variance, count) => {
        const plain = (values: number[]) => Float64Array.from(values, (value) => value + 0 || 0);
        const { hash: _, ...parts } = someBundle();
        const normaliser = { ...parts.normaliser!, mean: plain(mean), variance: plain(variance), count };
        saveBundle(folder, sealBundle({ ...parts, normaliser }));
        expect(loadBundle(folder).normaliser).toEqual(normaliser);
      },
    ),
    { numRuns: 50 },
  );
});

test('the hash is one of all parts', () => {
  const { hash, ...parts } = someBundle();
  const changed = (change: Partial<PolicyBundle>) => sealBundle({ ...parts, ...change }).hash;
  const weights = parts.policy.layers.map((layer) => ({ ...layer, weight: layer.weight.slice() }));
  weights[0]!.weight[0]! += 1e-6;
  const hashes = [
    hash,
    changed({ name: 'other' }),
    changed({ rawClip: null }),
    changed({ normaliser: { ...parts.normaliser!, epsilon: 1e-7 } }),
    changed({ policy: { ...parts.policy, layers: weights } }),
    changed({ policy: { ...parts.policy, activation: 'relu' } }),
    changed({ value: null }),
    changed({ source: null }),
    changed({ actions: { id: 'reversed', rows: [...parts.actions.rows].reverse() } }),
  ];
  expect(new Set(hashes).size).toBe(hashes.length);
  expect(sealBundle(parts).hash).toBe(hash);
});

test('a missing, mismatched or changed part is refused by name', () => {
  expect(refusal(() => loadBundle(folder))).toContain('bundle.json');
  const save = () => saveBundle(folder, someBundle());
  save();
  rmSync(weightsFile());
  expect(refusal(() => loadBundle(folder))).toContain('weights.safetensors');
  save();
  saveBundle(`${folder}2`, someBundle({ seed: 2 }));
  writeFileSync(weightsFile(), readFileSync(join(`${folder}2`, 'weights.safetensors')));
  expect(refusal(() => loadBundle(folder))).toMatch(/weights.safetensors with sha256.*another bundle/);
  save();
  editJson((json) => {
    json.normaliser!.mean[0]! += 1;
  });
  expect(refusal(() => loadBundle(folder))).toMatch(/hash .*changed after it was written/);
  save();
  editJson((json) => {
    delete json.normaliser;
  });
  expect(refusal(() => loadBundle(folder))).toContain('normaliser');
  save();
  editJson((json) => {
    Object.assign(json, { extra: 1 });
  });
  expect(refusal(() => loadBundle(folder))).toContain('extra');
  save();
  writeFileSync(bundleFile(), '{"format": "hindcast-pol');
  expect(refusal(() => loadBundle(folder))).toContain('JSON');
});

test('parts that do not fit each other are no bundle', () => {
  const { hash: _, ...parts } = someBundle();
  const seal = (change: Partial<PolicyBundle>) => refusal(() => sealBundle({ ...parts, ...change }));
  expect(seal({ normaliser: { ...parts.normaliser!, mean: new Float64Array(3) } })).toContain('normaliser.mean');
  expect(seal({ normaliser: { ...parts.normaliser!, variance: Float64Array.of(1, 1, Number.NaN, 1) } })).toContain('normaliser.variance');
  expect(seal({ actions: { id: 'few', rows: parts.actions.rows.slice(0, 3) } })).toContain('head of policy');
  expect(seal({ schema: { id: 'some', features: parts.schema.features.slice(1) } })).toContain('normaliser.mean');
  expect(seal({ policy: { ...parts.policy, layers: parts.policy.layers.slice(1) } })).toContain('policy layer 0');
  const broken = parts.policy.layers.map((layer) => ({ ...layer, bias: new Float32Array(layer.bias.length).fill(Number.NaN) }));
  expect(seal({ policy: { ...parts.policy, layers: broken } })).toContain('finite');
});

test('a bundle is replaced whole; what is no bundle is left alone; a wrong hash is not written', () => {
  saveBundle(folder, someBundle());
  saveBundle(folder, someBundle({ seed: 2 }));
  expect(loadBundle(folder).name).toBe('some-2');
  expect(refusal(() => saveBundle(folder, { ...someBundle(), name: 'renamed' }))).toContain('sealBundle');
  expect(loadBundle(folder).name).toBe('some-2');
  const other = `${folder}-notes`;
  mkdirSync(other);
  writeFileSync(join(other, 'notes.txt'), 'mine');
  expect(refusal(() => saveBundle(other, someBundle()))).toContain('a new folder or a policy bundle');
  expect(existsSync(join(other, 'notes.txt'))).toBe(true);
});

test('bundle.json follows its JSON Schema', () => {
  saveBundle(folder, someBundle());
  const validate = new Ajv2020({ strict: false }).compile(bundleJsonSchema() as object);
  const json = JSON.parse(readFileSync(bundleFile(), 'utf8'));
  expect(validate(json), JSON.stringify(validate.errors)).toBe(true);
  expect(validate({ ...json, rawClip: -1 })).toBe(false);
});

test('logits of a policy worked by hand', () => {
  const { hash: _, ...parts } = someBundle({ features: 2, hidden: [2], activation: 'relu', rawClip: 10 });
  const bundle = sealBundle({
    ...parts,
    normaliser: { mean: Float64Array.of(1, 0), variance: Float64Array.of(4, 1), count: 1, clip: 3, epsilon: 0 },
    policy: {
      activation: 'relu',
      layers: [
        { inputs: 2, outputs: 2, weight: Float32Array.of(1, 2, -1, 1), bias: Float32Array.of(0, 0.5) },
        { inputs: 2, outputs: 5, weight: Float32Array.of(1, 0, 0, 1, 1, 1, 2, 0, 0, -2), bias: Float32Array.of(0, 0, 1, 0, 0) },
      ],
    },
  });
  // 20 is cut to 10, (10-1)/2 = 4.5 to 3; -1 stays: hidden relu(3-2, -3-1+0.5) = (1, 0).
  expect([...policyLogits(bundle, Float32Array.of(20, -1))]).toEqual([1, 0, 2, 2, 0]);
  expect(refusal(() => policyLogits(bundle, new Float32Array(3)))).toContain('rows of 2');
});

test('safetensors: a file that its own package wrote', () => {
  // python: safetensors.numpy.save({'b': np.float32([0.5, -1]), 'a': np.float32([[1, 2, 3], [4, 5, 6]])}, metadata={'k': 'v'}).hex(), safetensors 0.8.0
  const header =
    '{"__metadata__":{"k":"v"},"a":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]},"b":{"dtype":"F32","shape":[2],"data_offsets":[24,32]}}';
  const data = '0000803f0000004000004040000080400000a0400000c0400000003f000080bf';
  const bytes = Buffer.concat([Buffer.from('9000000000000000', 'hex'), Buffer.from(header.padEnd(0x90)), Buffer.from(data, 'hex')]);
  const tensors = new Map([
    ['a', { shape: [2, 3], values: Float32Array.of(1, 2, 3, 4, 5, 6) }],
    ['b', { shape: [2], values: Float32Array.of(0.5, -1) }],
  ]);
  expect(readSafetensors(bytes)).toEqual(tensors);
  expect(Buffer.from(writeSafetensors(tensors, { k: 'v' })).equals(bytes)).toBe(true);
});

test('safetensors: damaged files are refused, any bytes at all', () => {
  const tensors = new Map([
    ['a', { shape: [2, 3], values: Float32Array.of(1, 2, 3, 4, 5, 6) }],
    ['b', { shape: [], values: Float32Array.of(-0.5) }],
    ['empty', { shape: [0, 4], values: new Float32Array(0) }],
  ]);
  const bytes = writeSafetensors(tensors);
  expect(readSafetensors(bytes)).toEqual(tensors);
  for (let length = 0; length < bytes.length; length++) refusal(() => readSafetensors(bytes.subarray(0, length)));
  expect(refusal(() => readSafetensors(Buffer.concat([bytes, Buffer.of(0)])))).toContain('fill');
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 }), (edits) => {
      const changed = bytes.slice();
      for (const [at, byte] of edits) changed[at] = byte;
      try {
        readSafetensors(changed);
      } catch (error) {
        expect(error).toBeInstanceOf(BundleError);
      }
    }),
  );
  fc.assert(fc.property(fc.uint8Array({ maxLength: 64 }), (noise) => void refusal(() => readSafetensors(noise))));
});
