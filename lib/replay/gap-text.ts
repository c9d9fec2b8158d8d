/** Fixed text with gaps for numbers, filled by a kernel straight into bytes: the text that JavaScript gives a number, no string in between. */
import { type LoadedKernel, loadKernel } from '../core/index.js';

interface GapTextExports {
  fill(texts: number, gaps: number, numbers: number, out: number): number;
}

const PAGE = 65_536;
/** The kernel moves text by eight bytes: what it may read or write too much. */
const SLACK = 8;
/** Longest text of a double: `-0.0000012345678901234567`. */
const LONGEST_NUMBER = 25;
const [SMALLEST_POWER, LARGEST_POWER] = [-292, 324];

let powers: BigUint64Array | undefined;

/** 10^-292 to 10^324, each as 128 bits (high, low) with the highest set, rounded up. */
function powersOfTen(): BigUint64Array {
  if (powers !== undefined) return powers;
  powers = new BigUint64Array((LARGEST_POWER - SMALLEST_POWER + 1) * 2);
  for (let power = SMALLEST_POWER; power <= LARGEST_POWER; power++) {
    // floor(log2(10^power)) binary digits lie before the point; 127 more make 128.
    const shift = BigInt(127 - ((power * 1_741_647) >> 19));
    const [numerator, denominator] = power < 0 ? [1n, 10n ** BigInt(-power)] : [10n ** BigInt(power), 1n];
    const upper = shift < 0n ? numerator : numerator << shift;
    const lower = shift < 0n ? denominator << -shift : denominator;
    const rounded = (upper + lower - 1n) / lower;
    const at = (power - SMALLEST_POWER) * 2;
    powers[at] = rounded >> 64n;
    powers[at + 1] = rounded & 0xffff_ffff_ffff_ffffn;
  }
  return powers;
}

const made = new Map<string, GapText>();

/**
 * One text more than there are gaps. Equal texts get the same object, so that a process makes few kernels: set the numbers and fill
 * without anything in between.
 */
export function gapText(texts: readonly string[]): GapText {
  const key = JSON.stringify(texts);
  let known = made.get(key);
  if (known === undefined) {
    known = new GapText(texts);
    made.set(key, known);
  }
  return known;
}

class GapText {
  /** What the next {@link fill} writes into the gaps; NaN and infinities as `null`. */
  readonly numbers: Float64Array;
  readonly #bytes: Uint8Array;
  /** `#bytes` as far as it is filled, by how many were filled: a view costs more than what it is for. */
  readonly #filled: Uint8Array[] = [];
  readonly #kernel: LoadedKernel<GapTextExports>;
  readonly #textsAt: number;
  readonly #numbersAt: number;
  readonly #bytesAt: number;

  constructor(texts: readonly string[]) {
    const encoded = texts.map((text) => Buffer.from(text));
    const gaps = texts.length - 1;
    this.#numbersAt = powersOfTen().byteLength;
    this.#textsAt = this.#numbersAt + gaps * 8;
    let at = this.#textsAt + texts.length * 8;
    const places = encoded.map((text) => {
      const place = at;
      at += text.length + SLACK;
      return place;
    });
    this.#bytesAt = at;
    const most = encoded.reduce((sum, text) => sum + text.length, gaps * LONGEST_NUMBER + SLACK);
    this.#kernel = loadKernel('replay', 'gap-text', Math.ceil((at + most) / PAGE));
    const { buffer } = this.#kernel.memory;
    new BigUint64Array(buffer, 0, powersOfTen().length).set(powersOfTen());
    this.numbers = new Float64Array(buffer, this.#numbersAt, gaps);
    this.#bytes = new Uint8Array(buffer, this.#bytesAt, most);
    const table = new Uint32Array(buffer, this.#textsAt, texts.length * 2);
    encoded.forEach((text, i) => {
      new Uint8Array(buffer).set(text, places[i]!);
      table[i * 2] = places[i]!;
      table[i * 2 + 1] = text.length;
    });
  }

  /** Fills the gaps; the bytes are good until the next call. */
  fill(): Uint8Array {
    const length = this.#kernel.exports.fill(this.#textsAt, this.numbers.length, this.#numbersAt, this.#bytesAt) - this.#bytesAt;
    return (this.#filled[length] ??= this.#bytes.subarray(0, length));
  }
}
