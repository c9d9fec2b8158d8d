/** Text on its way to the store: bytes that are written once, without strings that pile up. */

const FIRST_BYTES = 1 << 16;

export class TextBuffer {
  length = 0;
  rows = 0;
  #bytes = Buffer.allocUnsafe(FIRST_BYTES);

  /** Adds a line (its newline included) as UTF-8. */
  add(line: string): void {
    // UTF-8 takes at most three bytes for each UTF-16 unit.
    const most = this.length + line.length * 3;
    if (most > this.#bytes.length) {
      const wider = Buffer.allocUnsafe(Math.max(most, this.#bytes.length * 2));
      this.#bytes.copy(wider, 0, 0, this.length);
      this.#bytes = wider;
    }
    this.length += this.#bytes.write(line, this.length);
    this.rows++;
  }

  /** What was added since the last clear; valid until the next add. */
  bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.length);
  }

  clear(): void {
    this.length = 0;
    this.rows = 0;
  }
}
