/** Hostile, truncated and mutated files: refused by name, or read; nothing is ever run. */

import fc from 'fast-check';
import { unzipSync, zipSync } from 'fflate';
import { expect, test } from 'vitest';
import { Sb3Error } from '../../lib/rl/bundle-error.js';
import { unpickle } from '../../lib/rl/pickle.js';
import { opcodeNames } from '../../lib/rl/pickle-opcodes.js';
import { readSb3Model } from '../../lib/rl/sb3-model.js';
import { readVecNormalize } from '../../lib/rl/sb3-normaliser.js';
import { readTorchTensors } from '../../lib/rl/torch-file.js';
import { readZip } from '../../lib/rl/zip.js';
import { goldenBytes } from './sb3-files.js';

const bytes = (...parts: (string | number | Uint8Array)[]): Uint8Array =>
  Buffer.concat(
    parts.map((part) => (typeof part === 'number' ? Buffer.of(part) : typeof part === 'string' ? Buffer.from(part, 'latin1') : part)),
  );
/** A protocol 4 string. */
const word = (text: string) => bytes(0x8c, text.length, text);
const plain = (data: Uint8Array) => unpickle(data, { what: 'a test', globals: new Map() });
const refusal = (act: () => unknown): string => {
  try {
    act();
  } catch (error) {
    expect(error).toBeInstanceOf(Sb3Error);
    return (error as Error).message;
  }
  throw new Error('not refused');
};
const replaced = (data: Uint8Array, from: string, to: string): Uint8Array => {
  expect(to.length).toBe(from.length);
  const text = Buffer.from(data).toString('latin1');
  expect(text).toContain(from);
  return Buffer.from(text.replaceAll(from, to), 'latin1');
};

test('plain values', () => {
  // python3 -c "import pickle; print(pickle.dumps([{'a': (1, -2, 2**70, 1.5)}, None, True, b'x', 'y', 70000], 4).hex())"
  const data = Buffer.from(
    '80049539000000000000005d94287d948c016194284b014afeffffff8a09000000000000000040473ff80000000000007494734e88430178948c0179944a70110100652e',
    'hex',
  );
  expect(plain(data)).toEqual([new Map([['a', [1, -2, 2n ** 70n, 1.5]]]), null, true, Uint8Array.of(120), 'y', 70000]);
});

test('attacks are refused with the name of what they called', () => {
  const attacks: [Uint8Array, RegExp][] = [
    [bytes(0x80, 2, 'cos\nsystem\n', 'X', 4, 0, 0, 0, 'true', 0x85, 'R.'), /global "os\.system" at byte 2/],
    [bytes(0x80, 4, word('posix'), word('system'), 0x93, word('true'), 0x85, 'R.'), /global "posix\.system"/],
    [bytes(0x80, 4, word('builtins'), word('eval'), 0x93, word('1'), 0x85, 'R.'), /global "builtins\.eval"/],
    [bytes(0x80, 2, 'c__builtin__\nexec\n.'), /global "__builtin__\.exec"/],
    [bytes(0x80, 4, word('numpy'), word('load'), 0x93, '.'), /global "numpy\.load"/],
    [bytes(0x80, 4, word('torch.serialization'), word('load'), 0x93, '.'), /global "torch\.serialization\.load"/],
    [bytes(0x80, 2, '(ios\nsystem\n.'), /opcode INST/],
    [bytes(0x80, 2, '(', 'o', '.'), /opcode OBJ/],
    [bytes(0x80, 2, 0x82, 1, '.'), /opcode EXT1/],
    [bytes(0x80, 2, 'Pid\n.'), /opcode PERSID/],
    [bytes(0x80, 2, 'NQ.'), /opcode BINPERSID/],
    [bytes(0x80, 4, ')', '}', 0x92, '.'), /opcode NEWOBJ_EX/],
    [bytes(0x80, 2, 0xff, '.'), /opcode 0xff/],
    // a name is data, so calling a string, a dict or an unknown is no call
    [bytes(0x80, 4, word('os.system'), word('true'), 0x85, 'R.'), /a known global for REDUCE in .*, got os\.system/],
    [bytes(0x80, 4, '}', ')', 0x81, '.'), /a known global for NEWOBJ in .*, got a dict/],
    [bytes(0x80, 4, '}', '}', 'b', '.'), /an object for BUILD in .*, got a dict/],
  ];
  for (const [data, name] of attacks) expect(refusal(() => readVecNormalize(data))).toMatch(name);
});

test('an allowed name is no licence for another use of it', () => {
  const box = [word('gymnasium.spaces.box'), word('Box'), 0x93] as const;
  expect(refusal(() => readVecNormalize(bytes(0x80, 4, ...box, ')R.')))).toMatch(/REDUCE of "gymnasium\.spaces\.box Box"/);
  const dtype = [word('numpy'), word('dtype'), 0x93] as const;
  expect(refusal(() => readVecNormalize(bytes(0x80, 4, ...dtype, ')', 0x81, '.')))).toMatch(/NEWOBJ of "numpy dtype"/);
  expect(refusal(() => readVecNormalize(bytes(0x80, 4, ...box, ')', 0x81, '.')))).toMatch(
    /VecNormalize", got an object of "gymnasium\.spaces\.box\.Box"/,
  );
});

test('an attack inside an otherwise good file', () => {
  const good = goldenBytes('tanh64.pkl');
  expect(refusal(() => readVecNormalize(replaced(good, 'running_mean_std', 'running_mean_sys')))).toContain('running_mean_sys');
  const model = unzipSync(goldenBytes('tanh64.zip'));
  const policy = unzipSync(model['policy.pth']!);
  const evil = zipSync({
    ...policy,
    'archive/data.pkl': replaced(policy['archive/data.pkl']!, 'torch._utils\n_rebuild_tensor_v2', 'torch._utils\n_rebuild_tensor_v9'),
  });
  expect(refusal(() => readSb3Model(zipSync({ ...model, 'policy.pth': evil })))).toContain('torch._utils._rebuild_tensor_v9');
  const half = zipSync({ ...policy, 'archive/data.pkl': replaced(policy['archive/data.pkl']!, 'FloatStorage', 'ShortStorage') });
  expect(refusal(() => readSb3Model(zipSync({ ...model, 'policy.pth': half })))).toMatch(/float32 values for .*, got torch\.ShortStorage/);
});

test('the serialised settings of a model stay unread', () => {
  const model = unzipSync(goldenBytes('relu32-16.zip'));
  const settings = JSON.parse(Buffer.from(model['data']!).toString()) as Record<string, Record<string, unknown>>;
  for (const value of Object.values(settings)) if (value?.[':serialized:']) value[':serialized:'] = 'Y29zCnN5c3RlbQoo';
  const data = Buffer.from(JSON.stringify(settings));
  expect(readSb3Model(zipSync({ ...model, data })).policy).toEqual(readSb3Model(goldenBytes('relu32-16.zip')).policy);
  settings['policy_kwargs']!['activation_fn'] = "<class 'torch.nn.modules.activation.GELU'>";
  expect(refusal(() => readSb3Model(zipSync({ ...model, data: Buffer.from(JSON.stringify(settings)) })))).toContain('GELU');
});

test('limits: stack, marks, memo, sizes, operations', () => {
  const bomb = (part: Uint8Array, times: number) => bytes(0x80, 4, Buffer.concat(new Array<Uint8Array>(times).fill(part)), '.');
  expect(refusal(() => plain(bomb(bytes('N'), 200_000)))).toContain('stack');
  expect(refusal(() => plain(bomb(bytes('('), 200)))).toContain('marks');
  expect(refusal(() => plain(bytes(0x80, 4, 'N', bomb(bytes(0x94), 150_000))))).toContain('memo');
  expect(refusal(() => plain(bomb(bytes(']', 0x94, 'a'), 600_000)))).toMatch(/operations|stack/);
  expect(refusal(() => plain(bytes(0x80, 4, 'B', 0xff, 0xff, 0xff, 0xff, 'x')))).toContain('4294967295 more bytes');
  expect(refusal(() => plain(bytes(0x80, 4, 0x8e, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f)))).toContain('length within the file');
  expect(refusal(() => plain(bytes(0x80, 4, 'X', 0xff, 0xff, 0xff, 0x7f)))).toContain('text of at most');
  expect(refusal(() => plain(new Uint8Array(17 << 20).fill(0x80)))).toContain('bytes');
  expect(refusal(() => plain(bytes(0x80, 6, 'N.')))).toContain('protocol 6');
  expect(refusal(() => plain(bytes(0x80, 4, 'N.N.')))).toContain('end after STOP');
  // a list that holds itself is data like any other
  expect(Array.isArray(plain(bytes(0x80, 4, ']', 0x94, 'h', 0, 'a.')))).toBe(true);
});

test('every opcode of Python has a name to be refused by', () => {
  // python3 -c "import pickletools; print(len(pickletools.opcodes))"
  expect(opcodeNames.size).toBe(68);
});

test('a file cut at any length is refused', () => {
  for (const name of ['tanh64.pkl', 'tanh64-protocol5.pkl', 'tanh64-protocol2.pkl']) {
    const whole = goldenBytes(name);
    for (let length = 0; length < whole.length; length++) refusal(() => readVecNormalize(whole.subarray(0, length)));
  }
  const archive = goldenBytes('continuous.zip');
  for (let length = 0; length < archive.length; length += 3) refusal(() => readSb3Model(archive.subarray(0, length)));
});

const edits = (length: number) =>
  fc.array(fc.tuple(fc.nat(length - 1), fc.nat(255)), { minLength: 1, maxLength: 6 }).map((list) => (data: Uint8Array) => {
    const changed = Uint8Array.from(data);
    for (const [at, byte] of list) changed[at] = byte;
    return changed;
  });
const readOrRefused = (act: () => unknown) => {
  try {
    act();
  } catch (error) {
    if (!(error instanceof Sb3Error)) throw error;
  }
};

test('mutated normalisers are read or refused, nothing else', () => {
  for (const name of ['tanh64.pkl', 'tanh64-protocol5.pkl', 'gym-0.25.pkl']) {
    const good = goldenBytes(name);
    fc.assert(
      fc.property(edits(good.length), (change) => readOrRefused(() => readVecNormalize(change(good)))),
      { numRuns: 3000 },
    );
  }
});

test('mutated archives and their pickles are read or refused, nothing else', () => {
  const good = goldenBytes('relu32-16.zip');
  const policy = unzipSync(good)['policy.pth']!;
  const parts = unzipSync(policy);
  const pickle = parts['archive/data.pkl']!;
  fc.assert(
    fc.property(edits(good.length), (change) => readOrRefused(() => readSb3Model(change(good)))),
    { numRuns: 300 },
  );
  // where the directory lies
  const tail = 1200;
  fc.assert(
    fc.property(edits(tail), (change) =>
      readOrRefused(() => readTorchTensors(Buffer.concat([policy.subarray(0, -tail), change(policy.subarray(-tail))]), 'policy.pth')),
    ),
    { numRuns: 1000 },
  );
  fc.assert(
    fc.property(edits(pickle.length), (change) =>
      readOrRefused(() => readTorchTensors(zipSync({ ...parts, 'archive/data.pkl': change(pickle) }, { level: 0 }), 'policy.pth')),
    ),
    { numRuns: 1000 },
  );
});

test('noise is refused', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), (noise) => {
      refusal(() => readVecNormalize(bytes(0x80, 4, noise)));
      refusal(() => readSb3Model(noise));
    }),
    { numRuns: 2000 },
  );
});

test('an archive that lies about its sizes is refused before it is unpacked', () => {
  const bomb = Buffer.from(zipSync({ data: new Uint8Array(1 << 20) }, { level: 9 }));
  const directory = bomb.lastIndexOf(Buffer.from('PK\x01\x02', 'latin1'));
  const small = Buffer.from(bomb);
  small.writeUInt32LE(100, directory + 24);
  expect(refusal(() => readZip(small, 'a test').get('data')!.read())).toContain('100 bytes deflated');
  const large = Buffer.from(bomb);
  large.writeUInt32LE(0xf0000000, directory + 24);
  expect(refusal(() => readZip(large, 'a test'))).toContain('at most 268435456 bytes');
  const locked = Buffer.from(bomb);
  locked.writeUInt16LE(1, directory + 8);
  expect(refusal(() => readZip(locked, 'a test'))).toContain('encrypted');
  const changed = Buffer.from(zipSync({ data: Buffer.from('hello') }, { level: 0 }));
  changed[changed.indexOf('hello')] = 0x4a;
  expect(refusal(() => readZip(changed, 'a test').get('data')!.read())).toContain('checksum');
});
