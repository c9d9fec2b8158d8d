/** The tensors of a file that torch.save wrote (a ZIP with data.pkl and raw storages), read without running its pickle. */
import { Sb3Error } from './bundle-error.js';
import { type AllowedGlobal, describe, globalName, PickledOrderedDict, PickleObject, unpickle } from './pickle.js';
import { elementsOf, type Tensor } from './safetensors.js';
import { readZip, type ZipEntry } from './zip.js';

const REBUILD = 'torch._utils _rebuild_tensor_v2';

const storages = ['Float', 'Double', 'Half', 'BFloat16', 'Long', 'Int', 'Short', 'Char', 'Byte', 'Bool'].map(
  (type) => `torch ${type}Storage`,
);

const globals: ReadonlyMap<string, AllowedGlobal> = new Map<string, AllowedGlobal>([
  ['collections OrderedDict', { call: () => new PickledOrderedDict() }],
  [REBUILD, { call: (args) => new PickleObject(REBUILD, args) }],
  ...storages.map((name) => [name, {}] as const),
]);

/** A storage of the file: which values, by the name of their entry. */
class StorageRef {
  readonly type: string;
  readonly key: string;
  constructor(type: string, key: string) {
    this.type = type;
    this.key = key;
  }
}

/**
 * The float32 tensors of a state dict, by name. Strides, offsets and shared storages are followed. Throws Sb3Error, naming what was refused,
 * on a hostile or truncated file and on tensors of another type.
 */
export function readTorchTensors(bytes: Uint8Array, what: string): Map<string, Tensor> {
  const refuse = (expected: string, got: string): never => {
    throw new Sb3Error(`readTorchTensors: expected ${expected} in ${what}, got ${got}. Use the archive that SB3 saved.`);
  };
  const entries = readZip(bytes, what);
  const pickles = [...entries.keys()].filter((name) => /^[^/]+\/data\.pkl$/.test(name));
  if (pickles.length !== 1) return refuse('one data.pkl', `${pickles.length}`);
  const prefix = pickles[0]!.slice(0, -'data.pkl'.length);
  const entry = (name: string): ZipEntry => entries.get(prefix + name) ?? refuse(`entry ${prefix}${name}`, 'none');
  // Written since torch 2.1; little-endian before that on every machine that matters.
  const order = entries.has(`${prefix}byteorder`) ? new TextDecoder().decode(entry('byteorder').read()) : 'little';
  if (order !== 'little' && order !== 'big') return refuse('byteorder little or big', JSON.stringify(order.slice(0, 20)));

  const state = unpickle(entry('data.pkl').read(), {
    what: `${what} ${prefix}data.pkl`,
    globals,
    persistent: (id) => {
      const [kind, type, key] = Array.isArray(id) ? id : [];
      const name = globalName(type);
      if (kind !== 'storage' || name === undefined || typeof key !== 'string') return refuse('the id of a storage', describe(id));
      return new StorageRef(name, key);
    },
  });
  if (!(state instanceof Map)) return refuse('a state dict', describe(state));

  const contents = new Map<string, Uint8Array>();
  const contentOf = (key: string): Uint8Array => {
    let content = contents.get(key);
    if (content === undefined) contents.set(key, (content = entry(`data/${key}`).read()));
    return content;
  };
  const tensors = new Map<string, Tensor>();
  let total = 0;
  for (const [name, value] of state) {
    if (typeof name !== 'string') return refuse('tensor names', describe(name));
    tensors.set(name, tensorOf(name, value));
  }
  return tensors;

  function tensorOf(name: string, value: unknown): Tensor {
    if (!(value instanceof PickleObject) || value.type !== REBUILD) return refuse(`a tensor for ${name}`, describe(value));
    const [storage, offset, shape, strides] = value.args;
    if (!(storage instanceof StorageRef)) return refuse(`the storage of ${name}`, describe(storage));
    if (storage.type !== 'torch FloatStorage') return refuse(`float32 values for ${name}`, storage.type.replace(' ', '.'));
    if (!isSize(offset) || !isSizes(shape) || !isSizes(strides) || shape.length !== strides.length) {
      return refuse(`offset, shape and strides of ${name}`, describe(shape));
    }
    const content = contentOf(storage.key);
    const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
    const count = elementsOf(shape);
    const last = count === 0 ? -1 : shape.reduce((place, size, i) => place + (size - 1) * strides[i]!, offset);
    if (4 * (last + 1) > content.length) return refuse(`${4 * (last + 1)} bytes for ${name}`, `${content.length}`);
    // A stride of 0 could make any number of values out of one.
    if ((total += count) > bytes.length) return refuse(`no more values than the file has bytes for ${name}`, `${count}`);
    const values = new Float32Array(count);
    const index = new Array<number>(shape.length).fill(0);
    for (let i = 0, place = offset; i < count; i++) {
      values[i] = view.getFloat32(4 * place, order === 'little');
      for (let axis = shape.length - 1; axis >= 0; axis--) {
        place += strides[axis]!;
        if (++index[axis]! < shape[axis]!) break;
        place -= strides[axis]! * shape[axis]!;
        index[axis] = 0;
      }
    }
    return { shape, values };
  }
}

const isSize = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
const isSizes = (value: unknown): value is number[] => Array.isArray(value) && value.length <= 4 && value.every(isSize);
