/** A policy as one numpy archive, for `numpy.load(path)` without pickle. */
import { lazyPackage } from '../core/index.js';
import { tensorsOf } from './bundle.js';
import type { PolicyBundle } from './contract.js';
import { npyBytes } from './npy.js';

const zips = lazyPackage<typeof import('fflate')>('fflate');

/**
 * Arrays by name: `name`, `hash`, `schema`, `features`, `actions`, `activation` (text); `masking` (text; only of a policy taught under masks);
 * `raw_clip` (inf = none); `mean`, `variance`, `count`, `clip`, `epsilon` (float64; absent without normaliser); `policy.<layer>.weight`
 * [outputs, inputs] and `policy.<layer>.bias`, and the same for `value` when there is a critic (float32). The same bytes for the same bundle.
 */
export function policyNpz(bundle: PolicyBundle): Uint8Array {
  const { schema, rawClip, normaliser, actions, policy, value } = bundle;
  const files: Record<string, Uint8Array> = {};
  const put = (name: string, values: Float32Array | Float64Array | readonly string[], shape: readonly number[]) => {
    files[`${name}.npy`] = npyBytes(values, shape);
  };
  const words = (name: string, values: readonly string[]) => put(name, values, [values.length]);
  put('name', [bundle.name], []);
  put('hash', [bundle.hash], []);
  put('schema', [schema.id], []);
  words(
    'features',
    schema.features.map((feature) => feature.name),
  );
  words(
    'actions',
    actions.rows.map((row) => row.name),
  );
  put('activation', [policy.activation], []);
  if (bundle.masking !== undefined) put('masking', [bundle.masking], []);
  put('raw_clip', Float64Array.of(rawClip ?? Number.POSITIVE_INFINITY), []);
  if (normaliser !== null) {
    put('mean', normaliser.mean, [normaliser.mean.length]);
    put('variance', normaliser.variance, [normaliser.variance.length]);
    put('count', Float64Array.of(normaliser.count), []);
    put('clip', Float64Array.of(normaliser.clip), []);
    put('epsilon', Float64Array.of(normaliser.epsilon), []);
  }
  for (const [name, tensor] of tensorsOf(policy, value)) put(name, tensor.values, tensor.shape);
  // The earliest time that a ZIP can hold: nothing of the clock gets into the file.
  return zips().zipSync(files, { level: 0, mtime: new Date(1980, 0, 1) });
}
