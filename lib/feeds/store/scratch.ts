/** Columns that one symbol after the other uses, so that an import of thousands allocates them once. */

/** Columns that the next symbol uses again: until its bytes stand in their file's buffer, one symbol is at work. */
export class Scratch {
  readonly #floats = new Map<string, Float64Array>();
  readonly #ints = new Map<string, Int32Array>();

  floats(name: string, length: number): Float64Array {
    let buffer = this.#floats.get(name);
    if (!buffer || buffer.length < length) {
      buffer = new Float64Array(length * 2);
      this.#floats.set(name, buffer);
    }
    return buffer.subarray(0, length);
  }

  ints(name: string, values: Float64Array): Int32Array {
    let buffer = this.#ints.get(name);
    if (!buffer || buffer.length < values.length) {
      buffer = new Int32Array(values.length * 2);
      this.#ints.set(name, buffer);
    }
    const whole = buffer.subarray(0, values.length);
    for (let i = 0; i < values.length; i++) whole[i] = values[i] as number;
    return whole;
  }
}
