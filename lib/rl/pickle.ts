/**
 * Reads a pickle without running it: an allow-list machine for protocols 2 to 5. Nothing is imported or called; a global is a name that
 * must be in the caller's list, and what it "makes" is plain data. Every other opcode or global is refused by name.
 */
import { Sb3Error } from './bundle-error.js';
import { opcodeNames } from './pickle-opcodes.js';
import { PickleReader } from './pickle-reader.js';

/** A pickled object as inert data. */
export class PickleObject {
  readonly type: string;
  readonly args: readonly unknown[];
  /** What BUILD gave it; null before. */
  state: unknown = null;
  constructor(type: string, args: readonly unknown[]) {
    this.type = type;
    this.args = args;
  }
}

/** An OrderedDict: a dict that BUILD may give attributes, which are dropped. */
export class PickledOrderedDict extends Map<unknown, unknown> {}

/** What an allowed global may do; what is absent is refused. */
export interface AllowedGlobal {
  /** REDUCE: the value for these arguments. */
  readonly call?: (args: readonly unknown[]) => unknown;
  /** NEWOBJ makes an inert {@link PickleObject} of it. */
  readonly isClass?: boolean;
}

class GlobalName {
  readonly name: string;
  readonly allowed: AllowedGlobal;
  constructor(name: string, allowed: AllowedGlobal) {
    this.name = name;
    this.allowed = allowed;
  }
}

/** The name of a global that lies in the data as a value (a dtype's or an array's class), or undefined. */
export const globalName = (value: unknown): string | undefined => (value instanceof GlobalName ? value.name : undefined);

export interface UnpickleOptions {
  /** For messages: what is being read. */
  readonly what: string;
  /** By `module name`, one space between. */
  readonly globals: ReadonlyMap<string, AllowedGlobal>;
  /** BINPERSID; without it the opcode is refused. */
  readonly persistent?: (id: unknown) => unknown;
}

/** A VecNormalize of 14 features takes 3 kB and 900 operations; torch's data.pkl 2 kB. */
const limits = { bytes: 16 << 20, operations: 1_000_000, stack: 100_000, memo: 100_000, marks: 100 };

/**
 * The value of a pickle: null, boolean, number, bigint (beyond 2^53), string, Uint8Array, array (list and tuple), Map (dict),
 * {@link PickleObject}, or what an allowed global's `call` gave. Throws Sb3Error on anything else, and on bytes after STOP.
 */
export function unpickle(bytes: Uint8Array, { what, globals, persistent }: UnpickleOptions): unknown {
  const refuse: (expected: string, got: string) => never = (expected, got) => {
    throw new Sb3Error(
      `unpickle: expected ${expected} in ${what}, got ${got} at byte ${start}. Nothing of it was run. Use a file that SB3 saved.`,
    );
  };
  let start = 0;
  const reader = new PickleReader(bytes, refuse);
  let operations = 0;
  let stack: unknown[] = [];
  const outer: unknown[][] = [];
  const memo = new Map<number, unknown>();

  const push = (value: unknown): void => {
    if (stack.length >= limits.stack) refuse(`a stack of at most ${limits.stack}`, 'more');
    stack.push(value);
  };
  const pop = (): unknown => (stack.length === 0 ? refuse('a value on the stack', 'none') : stack.pop());
  const popMark = (): unknown[] => {
    const items = stack;
    stack = outer.pop() ?? refuse('a mark on the stack', 'none');
    return items;
  };
  const tuple = (count: number): void => {
    if (stack.length < count) refuse(`${count} values on the stack`, `${stack.length}`);
    push(stack.splice(stack.length - count));
  };
  const top = <T>(kind: string, is: (value: unknown) => value is T): T => {
    const value = stack.at(-1);
    return is(value) ? value : refuse(`${kind} on the stack`, describe(value));
  };
  const remember = (key: number): void => {
    if (stack.length === 0) refuse('a value on the stack', 'none');
    if (memo.size >= limits.memo) refuse(`a memo of at most ${limits.memo}`, 'more');
    memo.set(key, stack.at(-1));
  };
  const recall = (key: number): void => {
    if (!memo.has(key)) refuse('a memo entry', `none under ${key}`);
    push(memo.get(key));
  };
  const global = (module: unknown, name: unknown): void => {
    if (typeof module !== 'string' || typeof name !== 'string') refuse('the name of a global', describe(name));
    const allowed = globals.get(`${module} ${name}`);
    if (allowed === undefined) refuse('only known globals', `global "${module}.${name}"`.slice(0, 200));
    push(new GlobalName(`${module} ${name}`, allowed));
  };
  const setItems = (items: unknown[]): void => {
    const dict = top('a dict', (value): value is Map<unknown, unknown> => value instanceof Map);
    if (items.length % 2 !== 0) refuse('keys with values', `${items.length} items`);
    for (let i = 0; i < items.length; i += 2) dict.set(items[i], items[i + 1]);
  };
  const call = (how: 'REDUCE' | 'NEWOBJ'): void => {
    const args = pop();
    const callee = pop();
    if (!(callee instanceof GlobalName)) refuse(`a known global for ${how}`, describe(callee));
    if (!Array.isArray(args)) refuse(`arguments for ${how} of "${callee.name}"`, describe(args));
    if (how === 'REDUCE' && callee.allowed.call) push(callee.allowed.call(args));
    else if (how === 'NEWOBJ' && callee.allowed.isClass) push(new PickleObject(callee.name, args));
    else refuse('only known calls', `${how} of "${callee.name}"`);
  };

  if (bytes.length > limits.bytes) refuse(`at most ${limits.bytes} bytes`, `${bytes.length}`);
  if (bytes[0] !== 0x80) refuse('a pickle of protocol 2 to 5', 'other bytes');
  for (;;) {
    start = reader.at;
    if (++operations > limits.operations) refuse(`at most ${limits.operations} operations`, 'more');
    const code = reader.byte();
    switch (code) {
      case 0x80: {
        const protocol = reader.byte();
        if (protocol < 2 || protocol > 5) refuse('protocol 2 to 5', `protocol ${protocol}`);
        break;
      }
      case 0x95: // FRAME
        reader.uint64();
        break;
      case 0x2e: {
        const value = pop();
        if (stack.length > 0 || outer.length > 0) refuse('one value at STOP', 'more');
        if (reader.left > 0) refuse('the end after STOP', `${reader.left} more bytes`);
        return value;
      }
      case 0x4e:
        push(null);
        break;
      case 0x88:
        push(true);
        break;
      case 0x89:
        push(false);
        break;
      case 0x4a: // BININT
        push(reader.int32());
        break;
      case 0x4b: // BININT1
        push(reader.byte());
        break;
      case 0x4d: // BININT2
        push(reader.uint16());
        break;
      case 0x8a: // LONG1
        push(reader.integer(reader.byte()));
        break;
      case 0x47: // BINFLOAT
        push(reader.float64());
        break;
      case 0x8c: // SHORT_BINUNICODE
        push(reader.text(reader.byte()));
        break;
      case 0x58: // BINUNICODE
        push(reader.text(reader.uint32()));
        break;
      case 0x8d: // BINUNICODE8
        push(reader.text(reader.uint64()));
        break;
      case 0x43: // SHORT_BINBYTES
        push(reader.raw(reader.byte()));
        break;
      case 0x42: // BINBYTES
        push(reader.raw(reader.uint32()));
        break;
      case 0x8e: // BINBYTES8
      case 0x96: // BYTEARRAY8
        push(reader.raw(reader.uint64()));
        break;
      case 0x28: // MARK
        if (outer.length >= limits.marks) refuse(`at most ${limits.marks} marks`, 'more');
        outer.push(stack);
        stack = [];
        break;
      case 0x5d: // EMPTY_LIST
      case 0x29: // EMPTY_TUPLE
        push([]);
        break;
      case 0x7d: // EMPTY_DICT
        push(new Map());
        break;
      case 0x85:
        tuple(1);
        break;
      case 0x86:
        tuple(2);
        break;
      case 0x87:
        tuple(3);
        break;
      case 0x74: // TUPLE
        push(popMark());
        break;
      case 0x61: {
        const item = pop();
        top('a list', isArray).push(item);
        break;
      }
      case 0x65: {
        const items = popMark();
        const list = top('a list', isArray);
        for (const item of items) list.push(item);
        break;
      }
      case 0x73: {
        const value = pop();
        setItems([pop(), value]);
        break;
      }
      case 0x75:
        setItems(popMark());
        break;
      case 0x71: // BINPUT
        remember(reader.byte());
        break;
      case 0x72: // LONG_BINPUT
        remember(reader.uint32());
        break;
      case 0x94: // MEMOIZE
        remember(memo.size);
        break;
      case 0x68: // BINGET
        recall(reader.byte());
        break;
      case 0x6a: // LONG_BINGET
        recall(reader.uint32());
        break;
      case 0x63: {
        const module = reader.line();
        global(module, reader.line());
        break;
      }
      case 0x93: {
        const name = pop();
        global(pop(), name);
        break;
      }
      case 0x52:
        call('REDUCE');
        break;
      case 0x81:
        call('NEWOBJ');
        break;
      case 0x62: {
        // BUILD
        const state = pop();
        const value = stack.at(-1);
        if (value instanceof PickleObject) value.state = state;
        else if (!(value instanceof PickledOrderedDict)) refuse('an object for BUILD', describe(value));
        break;
      }
      case 0x51: // BINPERSID
        if (!persistent) refuse('only known opcodes', 'opcode BINPERSID');
        else push(persistent(pop()));
        break;
      default:
        refuse('only known opcodes', `opcode ${opcodeNames.get(code) ?? `0x${code.toString(16)}`}`);
    }
  }
}

const isArray = (value: unknown): value is unknown[] => Array.isArray(value);

/** What a value is, for messages. */
export function describe(value: unknown): string {
  if (value instanceof GlobalName) return `global "${value.name.replace(' ', '.')}"`;
  if (value instanceof PickleObject) return `an object of "${value.type.replace(' ', '.')}"`;
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  if (value instanceof Map) return 'a dict';
  if (Array.isArray(value)) return `a list of ${value.length}`;
  return value === undefined ? 'nothing' : `${value}`.slice(0, 80);
}
