/** Text on its way to the store: bytes that are written once, without strings that pile up. */

const FIRST_BYTES = 1 << 16;

/** Lines of one kind in one commit group. */
export interface RowGroup {
  readonly bytes: Uint8Array;
  readonly rows: number;
}

export class TextBuffer {
  length = 0;
  rows = 0;
  #bytes = Buffer.allocUnsafeSlow(FIRST_BYTES);

  /** Adds a line (its newline included) as UTF-8. */
  add(line: string): void {
    // UTF-8 takes at most three bytes for each UTF-16 unit.
    const most = this.length + line.length * 3;
    if (most > this.#bytes.length) {
      const wider = Buffer.allocUnsafeSlow(Math.max(most, this.#bytes.length * 2));
      this.#bytes.copy(wider, 0, 0, this.length);
      this.#bytes = wider;
    }
    this.length += this.#bytes.write(line, this.length);
    this.rows++;
  }

  /** Gives away what was added and starts anew. The bytes own their memory, so that they can move to another thread. */
  take(): RowGroup {
    if (this.length === 0) return { bytes: new Uint8Array(0), rows: 0 };
    const taken = { bytes: new Uint8Array(this.#bytes.buffer, 0, this.length), rows: this.rows };
    this.#bytes = Buffer.allocUnsafeSlow(this.#bytes.length);
    this.length = 0;
    this.rows = 0;
    return taken;
  }
}
