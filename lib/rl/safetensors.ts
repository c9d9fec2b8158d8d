/** The safetensors file format for float32: eight bytes of header length, a JSON header, raw little-endian values. */
import { BundleError } from './bundle-error.js';

/** A float32 tensor, row-major. */
export interface Tensor {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** Far above any policy's header; a longer one is a damaged length. */
const MAX_HEADER_BYTES = 1_000_000;

const refuse = (expected: string, got: string): never => {
  throw new BundleError(`readSafetensors: expected ${expected}, got ${got}. Restore the file from where it was made.`);
};

/** Values in a shape. */
export const elementsOf = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);

/** The bytes of a file with these tensors, in their order. The header is padded so that the values are aligned to eight bytes. */
export function writeSafetensors(tensors: ReadonlyMap<string, Tensor>, metadata: Readonly<Record<string, string>> = {}): Uint8Array {
  const header: Record<string, unknown> = { __metadata__: metadata };
  let offset = 0;
  for (const [name, { shape, values }] of tensors) {
    header[name] = { dtype: 'F32', shape, data_offsets: [offset, (offset += values.byteLength)] };
  }
  const text = JSON.stringify(header);
  const json = Buffer.from(text + ' '.repeat((8 - (Buffer.byteLength(text) % 8)) % 8));
  const bytes = new Uint8Array(8 + json.length + offset);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(json.length), true);
  bytes.set(json, 8);
  let at = 8 + json.length;
  for (const { values } of tensors.values()) {
    for (let i = 0; i < values.length; i++, at += 4) view.setFloat32(at, values[i]!, true);
  }
  return bytes;
}

/**
 * The tensors of a file. Throws BundleError on another type than F32, on offsets that overlap, leave holes or pass the end, and on a
 * shape that does not fit its bytes: the checks of the reference reader (safetensors 0.8, `SafeTensors::deserialize`).
 */
export function readSafetensors(bytes: Uint8Array): Map<string, Tensor> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 8) return refuse('at least 8 bytes', `${bytes.length}`);
  const headerBytes = view.getBigUint64(0, true);
  if (headerBytes > BigInt(Math.min(MAX_HEADER_BYTES, bytes.length - 8))) {
    return refuse(`a header of at most ${Math.min(MAX_HEADER_BYTES, bytes.length - 8)} bytes`, `${headerBytes}`);
  }
  const start = 8 + Number(headerBytes);
  const header = headerOf(bytes.subarray(8, start));
  const entries = Object.entries(header)
    .filter(([name]) => name !== '__metadata__')
    .map(([name, entry]) => entryOf(name, entry));
  entries.sort((a, b) => a.begin - b.begin || a.end - b.end);
  const tensors = new Map<string, Tensor>();
  let expected = 0;
  for (const { name, shape, begin, end } of entries) {
    if (begin !== expected) return refuse(`${name} to begin at ${expected}`, `${begin}`);
    if (end - begin !== 4 * elementsOf(shape)) return refuse(`${4 * elementsOf(shape)} bytes for ${name}`, `${end - begin}`);
    if (start + end > bytes.length) return refuse(`${name} to end within ${bytes.length - start} bytes`, `${end}`);
    const values = new Float32Array((end - begin) / 4);
    for (let i = 0; i < values.length; i++) values[i] = view.getFloat32(start + begin + 4 * i, true);
    tensors.set(name, { shape, values });
    expected = end;
  }
  if (start + expected !== bytes.length) return refuse(`the tensors to fill ${bytes.length - start} bytes`, `${expected}`);
  return tensors;
}

function headerOf(json: Uint8Array): Record<string, unknown> {
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(json));
  } catch (error) {
    throw new BundleError('readSafetensors: expected a JSON header, got other bytes. Restore the file from where it was made.', {
      cause: error,
    });
  }
  if (typeof header !== 'object' || header === null || Array.isArray(header)) return refuse('a JSON object as header', typeof header);
  return header as Record<string, unknown>;
}

function entryOf(name: string, entry: unknown): { name: string; shape: number[]; begin: number; end: number } {
  const { dtype, shape, data_offsets: offsets } = (entry ?? {}) as { dtype?: unknown; shape?: unknown; data_offsets?: unknown };
  if (dtype !== 'F32') return refuse(`dtype F32 for ${name}`, JSON.stringify(dtype) ?? 'none');
  if (!isSizes(shape)) return refuse(`a shape for ${name}`, JSON.stringify(shape) ?? 'none');
  if (!isSizes(offsets) || offsets.length !== 2 || offsets[0]! > offsets[1]!) {
    return refuse(`two data_offsets for ${name}`, JSON.stringify(offsets) ?? 'none');
  }
  return { name, shape, begin: offsets[0]!, end: offsets[1]! };
}

const isSizes = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && (size as number) >= 0);
