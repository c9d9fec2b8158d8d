/** A policy bundle as a folder: written whole or not at all, loaded whole or refused with the name of the part. */
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { hashOf, sha256, writeFileAtomic } from '../core/index.js';
import { bundleFileOf, checkParts } from './bundle.js';
import { BundleError } from './bundle-error.js';
import { type BundleFile, bundleFileSchema } from './bundle-schema.js';
import type { DenseLayer, Network, PolicyBundle } from './contract.js';
import { readSafetensors, type Tensor } from './safetensors.js';

const JSON_FILE = 'bundle.json';
const WEIGHTS_FILE = 'weights.safetensors';

const refuse = (folder: string, expected: string, got: string, help = 'Make the bundle again from its source.'): never => {
  throw new BundleError(`loadBundle: expected ${expected} in ${folder}, got ${got}. ${help}`);
};

/**
 * Writes `folder` with bundle.json and weights.safetensors: under another name first, then renamed. A bundle that lies there already
 * is replaced whole; a folder that is no bundle is refused. Throws BundleError, and leaves what was there, on parts that don't fit.
 */
export function saveBundle(folder: string, bundle: PolicyBundle): void {
  const { file, weights } = bundleFileOf(bundle);
  if (file.hash !== bundle.hash) {
    throw new BundleError(`saveBundle: expected the hash of the parts, ${file.hash}, got ${bundle.hash}. Use sealBundle after a change.`);
  }
  if (existsSync(folder) && !existsSync(join(folder, JSON_FILE))) {
    throw new BundleError(`saveBundle: expected a new folder or a policy bundle, got ${folder}. Choose another place.`);
  }
  const stem = join(dirname(folder), `.${basename(folder)}.${process.pid}`);
  const [fresh, old] = [`${stem}.new.tmp`, `${stem}.old.tmp`];
  try {
    mkdirSync(fresh, { recursive: true });
    writeFileAtomic(join(fresh, WEIGHTS_FILE), weights);
    writeFileAtomic(join(fresh, JSON_FILE), `${JSON.stringify(file, null, 2)}\n`);
    if (existsSync(folder)) renameSync(folder, old);
    try {
      renameSync(fresh, folder);
    } catch (error) {
      if (existsSync(old)) renameSync(old, folder);
      throw error;
    }
  } finally {
    rmSync(fresh, { recursive: true, force: true });
    rmSync(old, { recursive: true, force: true });
  }
}

/** Throws BundleError, naming the part, when anything is missing, mismatched or not what the hashes say. */
export function loadBundle(folder: string): PolicyBundle {
  const { hash, ...unsealed } = fileOf(folder);
  const expected = hashOf(unsealed);
  if (expected !== hash)
    return refuse(folder, `${JSON_FILE} with hash ${expected}`, hash, 'It was changed after it was written: make it again.');
  const path = join(folder, WEIGHTS_FILE);
  if (!existsSync(path)) return refuse(folder, WEIGHTS_FILE, 'none');
  const bytes = readFileSync(path);
  const digest = sha256(bytes);
  if (digest !== unsealed.weights.sha256) {
    return refuse(
      folder,
      `${WEIGHTS_FILE} with sha256 ${unsealed.weights.sha256}`,
      digest,
      'It belongs to another bundle, or was changed.',
    );
  }
  const tensors = readSafetensors(bytes);
  const { name, schema, rawClip, normaliser, actions, masking, source } = unsealed;
  const policy = networkOf(folder, 'policy', unsealed.policy, tensors);
  const value = unsealed.value && networkOf(folder, 'value', unsealed.value, tensors);
  if (tensors.size > 0) return refuse(folder, `no other tensor in ${WEIGHTS_FILE}`, [...tensors.keys()].join(', '));
  const bundle: PolicyBundle = {
    name,
    schema,
    rawClip,
    normaliser: normaliser && { ...normaliser, mean: Float64Array.from(normaliser.mean), variance: Float64Array.from(normaliser.variance) },
    actions,
    ...(masking === undefined ? {} : { masking }),
    policy,
    value,
    source,
    hash,
  };
  checkParts(bundle);
  return bundle;
}

function fileOf(folder: string): BundleFile {
  const path = join(folder, JSON_FILE);
  if (!existsSync(path)) return refuse(folder, JSON_FILE, existsSync(folder) ? 'none' : 'no folder', 'Name a policy bundle.');
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new BundleError(`loadBundle: expected JSON in ${path}, got other text. Make the bundle again from its source.`, { cause: error });
  }
  const parsed = bundleFileSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  const { path: part, message } = parsed.error.issues[0]!;
  return refuse(folder, `${JSON_FILE} to follow its schema`, `${part.join('.') || 'it'}: ${message}`);
}

/** Takes the tensors of a network out of the map. */
function networkOf(folder: string, name: 'policy' | 'value', network: BundleFile['policy'], tensors: Map<string, Tensor>): Network {
  const take = (part: string, shape: readonly number[]): Float32Array => {
    const tensor = tensors.get(part);
    if (tensor === undefined) return refuse(folder, `tensor ${part} in ${WEIGHTS_FILE}`, 'none');
    if (tensor.shape.join() !== shape.join()) return refuse(folder, `shape [${shape}] of ${part}`, `[${tensor.shape}]`);
    tensors.delete(part);
    return tensor.values;
  };
  const layers = network.layers.map(
    ({ inputs, outputs }, i): DenseLayer => ({
      inputs,
      outputs,
      weight: take(`${name}.${i}.weight`, [outputs, inputs]),
      bias: take(`${name}.${i}.bias`, [outputs]),
    }),
  );
  return { activation: network.activation, layers };
}
