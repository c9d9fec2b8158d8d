/** Text on its way to the store: bytes that are written once, in memory that both threads see, without strings that pile up. */

const FIRST_BYTES = 1 << 16;
const memory = (bytes: number): Buffer => Buffer.from(new SharedArrayBuffer(bytes));

/** Lines of one kind in one commit group. */
export interface RowGroup {
  readonly bytes: Uint8Array;
  readonly rows: number;
}

export class TextBuffer {
  length = 0;
  rows = 0;
  #bytes = memory(FIRST_BYTES);

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

  /** Adds a part of a line that is bytes already. */
  copy(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.length);
    this.length += bytes.length;
  }

  endRow(): void {
    this.rows++;
  }

  #reserve(more: number): void {
    const most = this.length + more;
    if (most <= this.#bytes.length) return;
    const wider = memory(Math.max(most, this.#bytes.length * 2));
    this.#bytes.copy(wider, 0, 0, this.length);
    this.#bytes = wider;
  }

  /** Gives away what was added and starts anew, in the memory of a group that is written where there is one. */
  take(spare: () => Buffer | undefined): RowGroup {
    if (this.length === 0) return NOTHING;
    const taken = { bytes: this.#bytes.subarray(0, this.length), rows: this.rows };
    this.#bytes = spare() ?? memory(FIRST_BYTES);
    this.length = 0;
    this.rows = 0;
    return taken;
  }
}

const NOTHING: RowGroup = { bytes: new Uint8Array(0), rows: 0 };
