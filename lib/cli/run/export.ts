/** What `hindcast export` does: one bundle, one format, one or two files. */
import { resolve } from 'node:path';
import { InputError, sha256, writeFileAtomic } from '../../core/index.js';
import { loadBundle, ONNX_OPSET, policyNpz, policyOnnx, separateOnnx } from '../../rl/index.js';
import type { Context, Done } from '../action.js';

export interface ExportFlags {
  readonly onnx?: boolean;
  readonly separateNormaliser?: boolean;
  readonly npz?: boolean;
  readonly out?: string;
}

export async function exportBundle({ say }: Context, flags: ExportFlags, folder: string): Promise<Done> {
  const { onnx = false, npz = false, separateNormaliser = false } = flags;
  if (onnx === npz) throw new InputError(`export: expected either --onnx or --npz, got ${onnx ? 'both' : 'none'}. Choose one.`);
  if (separateNormaliser && !onnx)
    throw new InputError('export: expected --separate-normaliser with --onnx, got --npz. The archive names each array.');
  const bundle = loadBundle(resolve(folder));
  const path = resolve(flags.out ?? `${resolve(folder)}.${onnx ? 'onnx' : 'npz'}`);
  const files = new Map<string, Uint8Array>();
  if (npz) files.set(path, policyNpz(bundle));
  else if (!separateNormaliser) files.set(path, policyOnnx(bundle));
  else {
    const { normaliser, policy } = separateOnnx(bundle);
    files.set(path.replace(/(\.onnx)?$/, '.normaliser.onnx'), normaliser);
    files.set(path, policy);
  }
  for (const [file, bytes] of files) {
    writeFileAtomic(file, bytes);
    say(`${file} (${bytes.length.toLocaleString('en-US')} bytes)`);
  }
  say(`${onnx ? `ONNX opset ${ONNX_OPSET}` : 'numpy archive'} of bundle ${bundle.hash.slice(0, 12)}`);
  if (bundle.masking !== undefined)
    say(
      'This policy was taught under masks: mask actions that would be refused before you choose by its logits. They are not in the file.',
    );
  const written = [...files].map(([file, bytes]) => ({ path: file, bytes: bytes.length, sha256: sha256(bytes) }));
  return {
    json: { command: 'export', format: onnx ? 'onnx' : 'npz', ...(onnx && { opset: ONNX_OPSET }), bundle: bundle.hash, files: written },
  };
}
