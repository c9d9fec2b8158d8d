/** numpy's array file format, version 1.0 (numpy/lib/format): numbers of float32 and float64, and text. */
import { BundleError } from './bundle-error.js';

/** The bytes of a .npy file; shape [] is a scalar. Text is stored as fixed-width UCS-4, which numpy reads without pickle. */
export function npyBytes(values: Float32Array | Float64Array | readonly string[], shape: readonly number[]): Uint8Array {
  const count = shape.reduce((product, size) => product * size, 1);
  if (values.length !== count) {
    throw new BundleError(`npyBytes: expected ${count} values for shape [${shape}], got ${values.length}. Give the shape of the values.`);
  }
  const [dtype, data] = values instanceof Float32Array || values instanceof Float64Array ? numbers(values) : text(values);
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
  const header = `{'descr': '${dtype}', 'fortran_order': False, 'shape': ${tuple}, }`;
  // magic, version, header length: 10 bytes; the data begins at a multiple of 64, after a newline
  const padded = `${header}${' '.repeat(63 - ((10 + header.length) % 64))}\n`;
  const start = Buffer.alloc(10);
  start.write('\x93NUMPY\x01\x00', 'latin1');
  start.writeUInt16LE(padded.length, 8);
  return Buffer.concat([start, Buffer.from(padded, 'latin1'), data]);
}

function numbers(values: Float32Array | Float64Array): [string, Uint8Array] {
  const width = values.BYTES_PER_ELEMENT;
  const data = Buffer.alloc(values.length * width);
  values.forEach((value, i) => {
    if (width === 4) data.writeFloatLE(value, 4 * i);
    else data.writeDoubleLE(value, 8 * i);
  });
  return [width === 4 ? '<f4' : '<f8', data];
}

function text(values: readonly string[]): [string, Uint8Array] {
  const letters = values.map((value) => Array.from(value, (letter) => letter.codePointAt(0)!));
  const width = Math.max(1, ...letters.map((codes) => codes.length));
  const data = Buffer.alloc(4 * width * values.length);
  letters.forEach((codes, i) => {
    codes.forEach((code, j) => {
      data.writeUInt32LE(code, 4 * (width * i + j));
    });
  });
  return [`<U${width}`, data];
}
