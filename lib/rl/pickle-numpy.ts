/** What numpy arrays, scalars, dtypes and random generators look like in a pickle, as inert data, and how to read the numbers. */
import { Sb3Error } from './bundle-error.js';
import { type AllowedGlobal, describe, globalName, PickleObject } from './pickle.js';

const inert = (name: string): AllowedGlobal => ({ call: (args) => new PickleObject(name, args) });

const called = [
  'numpy dtype',
  // numpy 2 moved `core` to `_core`; protocol 5 stores arrays by _frombuffer
  ...['numpy.core', 'numpy._core'].flatMap((core) => [
    `${core}.multiarray _reconstruct`,
    `${core}.multiarray scalar`,
    `${core}.numeric _frombuffer`,
  ]),
  // seeded spaces carry their generator
  'numpy.random._pickle __generator_ctor',
  'numpy.random._pickle __bit_generator_ctor',
  'numpy.random._pickle __randomstate_ctor',
  'numpy.random.bit_generator __pyx_unpickle_SeedSequence',
];
const named = [
  'numpy ndarray',
  'numpy.random.bit_generator SeedSequence',
  ...['pcg64 PCG64', 'pcg64 PCG64DXSM', 'mt19937 MT19937', 'philox Philox', 'sfc64 SFC64'].map((generator) => `numpy.random._${generator}`),
];

export const numpyGlobals: readonly (readonly [string, AllowedGlobal])[] = [
  ...called.map((name) => [name, inert(name)] as const),
  ...named.map((name) => [name, {}] as const),
  // protocol 2 stores bytes as latin-1 text
  ['_codecs encode', { call: ([text, encoding]) => latin1(text, encoding) }],
];

function latin1(text: unknown, encoding: unknown): Uint8Array {
  if (typeof text !== 'string' || encoding !== 'latin1') return refuse('latin1 text for _codecs.encode', describe(encoding));
  return Uint8Array.from(text, (letter) => {
    const code = letter.codePointAt(0)!;
    return code <= 0xff ? code : refuse('latin1 text for _codecs.encode', `letter ${code}`);
  });
}

function refuse(expected: string, got: string): never {
  throw new Sb3Error(`readArray: expected ${expected}, got ${got}. Nothing of it was run. Use a file that SB3 saved.`);
}

/** The dtype as numpy writes it, such as `<f8`. */
function dtypeOf(value: unknown): string {
  if (!(value instanceof PickleObject) || value.type !== 'numpy dtype') return refuse('a dtype', describe(value));
  const [name] = value.args;
  const order = Array.isArray(value.state) ? value.state[1] : undefined;
  if (typeof name !== 'string' || typeof order !== 'string') return refuse('a dtype with its byte order', describe(name));
  return order + name;
}

const readers: Readonly<Record<string, (view: DataView, at: number) => number>> = {
  '<f8': (view, at) => view.getFloat64(at, true),
  '>f8': (view, at) => view.getFloat64(at, false),
  '<f4': (view, at) => view.getFloat32(at, true),
  '>f4': (view, at) => view.getFloat32(at, false),
  '<i8': (view, at) => Number(view.getBigInt64(at, true)),
  '<i4': (view, at) => view.getInt32(at, true),
  '|b1': (view, at) => view.getUint8(at),
};

function numbersOf(dtype: string, data: unknown, count: number): Float64Array {
  const read = readers[dtype];
  if (read === undefined) return refuse(`dtype ${Object.keys(readers).join(', ')}`, dtype);
  if (!(data instanceof Uint8Array)) return refuse('bytes', describe(data));
  const width = Number(dtype[2]);
  if (data.length !== count * width) return refuse(`${count * width} bytes`, `${data.length}`);
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  return Float64Array.from({ length: count }, (_, i) => read(view, i * width));
}

/** The values of a pickled numpy vector (one dimension), from any of numpy's two ways. */
export function vectorOf(value: unknown): Float64Array {
  if (!(value instanceof PickleObject)) return refuse('a numpy array', describe(value));
  let [shape, dtype, data]: unknown[] = [];
  if (value.type.endsWith(' _frombuffer')) [data, dtype, shape] = value.args;
  else if (value.type.endsWith(' _reconstruct') && globalName(value.args[0]) === 'numpy ndarray' && Array.isArray(value.state)) {
    const [, ...rest] = value.state;
    [shape, dtype, , data] = rest;
  } else return refuse('a numpy array', describe(value));
  if (!Array.isArray(shape) || shape.length !== 1 || !Number.isSafeInteger(shape[0]) || shape[0] < 0) {
    return refuse('an array of one dimension', `shape ${describe(shape)}`);
  }
  return numbersOf(dtypeOf(dtype), data, shape[0] as number);
}

/** A Python or numpy number. */
export function numberOf(value: unknown): number {
  if (typeof value === 'number') return value;
  if (value instanceof PickleObject && value.type.endsWith(' scalar')) {
    const [dtype, data] = value.args;
    return numbersOf(dtypeOf(dtype), data, 1)[0]!;
  }
  return refuse('a number', describe(value));
}
