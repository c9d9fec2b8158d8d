/** The bytes of a pickle, taken in order: every length is checked against the file and a limit before anything is made of it. */

/** A VecNormalize of 14 features takes 3 kB; its longest integer is a seed of 16 bytes. */
const limits = { text: 1 << 16, integerBytes: 255 };

const utf8 = new TextDecoder('utf-8', { fatal: true });

export class PickleReader {
  /** Place of the next byte. */
  at = 0;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #refuse: (expected: string, got: string) => never;

  constructor(bytes: Uint8Array, refuse: (expected: string, got: string) => never) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#refuse = refuse;
  }

  get left(): number {
    return this.#bytes.length - this.at;
  }

  /** Moves on by `count` bytes; their place. */
  #advance(count: number): number {
    if (count > this.left) this.#refuse(`${count} more bytes`, `the end after ${this.left}`);
    this.at += count;
    return this.at - count;
  }

  byte = (): number => this.#view.getUint8(this.#advance(1));
  uint16 = (): number => this.#view.getUint16(this.#advance(2), true);
  uint32 = (): number => this.#view.getUint32(this.#advance(4), true);
  int32 = (): number => this.#view.getInt32(this.#advance(4), true);
  /** BINFLOAT is the one big-endian value of the format. */
  float64 = (): number => this.#view.getFloat64(this.#advance(8), false);

  /** A length of eight bytes. */
  uint64(): number {
    const size = this.#view.getBigUint64(this.#advance(8), true);
    return size > BigInt(this.#bytes.length) ? this.#refuse('a length within the file', `${size}`) : Number(size);
  }

  /** A copy. */
  raw(length: number): Uint8Array {
    const from = this.#advance(length);
    return new Uint8Array(this.#bytes.subarray(from, this.at));
  }

  text(length: number): string {
    if (length > limits.text) this.#refuse(`text of at most ${limits.text} bytes`, `${length}`);
    const from = this.#advance(length);
    try {
      return utf8.decode(this.#bytes.subarray(from, this.at));
    } catch {
      return this.#refuse('UTF-8 text', 'other bytes');
    }
  }

  /** Text up to a newline, which is taken too. */
  line(): string {
    const end = this.#bytes.indexOf(10, this.at);
    if (end < 0) this.#refuse('a line', 'the end');
    const value = this.text(end - this.at);
    this.at++;
    return value;
  }

  /** Little-endian two's complement; bigint beyond 2^53. */
  integer(length: number): number | bigint {
    if (length > limits.integerBytes) this.#refuse(`an integer of at most ${limits.integerBytes} bytes`, `${length}`);
    const bytes = this.raw(length);
    let value = 0n;
    for (let i = length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i]!);
    if (length > 0 && bytes[length - 1]! >= 0x80) value -= 1n << BigInt(8 * length);
    return value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value;
  }
}
