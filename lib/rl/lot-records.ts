/** Lots of a batch of accounts as records end to end: two doubles, then whole numbers over the same bytes. */

/** Doubles of a record: units, cost, and two that hold whole numbers. */
export const LOT_WIDTH = 4;
export const LOT_QUANTITY = 0;
export const LOT_COST = 1;
/** Whole numbers of a record, in the view of 32 bits. */
export const MARK_WIDTH = 8;
export const LOT_DAY = 4;
export const LOT_SESSION = 5;
export const LOT_LOCKED = 6;

/** No lock-up. */
export const NOT_LOCKED = -0x80000000;

/** Records of `capacity` lots an account; lots of account i lie at [i * capacity + head, i * capacity + tail). */
export interface LotRecords {
  readonly capacity: number;
  readonly numbers: Float64Array;
  readonly marks: Int32Array;
}

export const lotRecords = (numbers: Float64Array, capacity: number): LotRecords => ({
  capacity,
  numbers,
  marks: new Int32Array(numbers.buffer, numbers.byteOffset, numbers.length * 2),
});

/** The same lots with room for twice as many an account, in memory of their own. */
export function widened({ capacity, numbers }: LotRecords): LotRecords {
  const from = capacity * LOT_WIDTH;
  const wider = new Float64Array(numbers.length * 2);
  // As whole numbers: a mark could be a NaN that a copy of doubles need not keep.
  const [source, target] = [new Int32Array(numbers.buffer, numbers.byteOffset, numbers.length * 2), new Int32Array(wider.buffer)];
  for (let at = 0; at < numbers.length; at += from) target.set(source.subarray(at * 2, (at + from) * 2), at * 4);
  return lotRecords(wider, capacity * 2);
}
