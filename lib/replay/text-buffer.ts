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
    this.write(line);
    this.endRow();
  }

  /** Adds a part of a line as UTF-8; `endRow` follows the last. */
  write(text: string): void {
    // UTF-8 takes at most three bytes for each UTF-16 unit.
    this.#reserve(text.length * 3);
    this.length += this.#bytes.write(text, this.length);
  }

  /** Adds the first `count` of `bytes`. */
  copy(bytes: Uint8Array, count: number): void {
    this.#reserve(count);
    this.#bytes.set(bytes.subarray(0, count), this.length);
    this.length += count;
  }

  endRow(): void {
    this.rows++;
  }

  #reserve(more: number): void {
    const most = this.length + more;
    if (most <= this.#bytes.length) return;
    const wider = Buffer.allocUnsafeSlow(Math.max(most, this.#bytes.length * 2));
    this.#bytes.copy(wider, 0, 0, this.length);
    this.#bytes = wider;
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
