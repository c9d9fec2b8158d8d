/** The head of a large CSV file: what its columns are, and whether it can be streamed. */
import { closeSync, openSync, readSync } from 'node:fs';
import { toUtf8 } from '../encoding.js';
import { FeedError } from '../errors.js';
import { openTable, type Table } from '../table.js';

const HEAD_BYTES = 65_536;

/** Header and first rows. Throws FeedError when they can't be streamed. */
export function headOf(path: string): { table: Table; bodyStart: number } {
  const file = openSync(path, 'r');
  const head = new Uint8Array(HEAD_BYTES);
  let length: number;
  try {
    length = readSync(file, head, 0, HEAD_BYTES, 0);
  } finally {
    closeSync(file);
  }
  const refuse = (expected: string, got: string): never => {
    throw new FeedError(`importInto: expected ${expected} in ${path}, got ${got}. Change it, or import the file in parts below 64 MB.`);
  };
  const whole = head.subarray(0, head.lastIndexOf(10, length - 1) + 1);
  const { bytes, encoding } = toUtf8(whole, path);
  if (encoding !== 'utf-8') refuse('UTF-8', encoding);
  const found = openTable(bytes, ({ date, open, high, low, close, volume }) =>
    [date, open, high, low, close, volume].every((at) => at !== undefined),
  );
  if (!found)
    return refuse(
      'columns for date, open, high, low, close and volume',
      JSON.stringify(new TextDecoder().decode(bytes.subarray(0, 100)).split('\n')[0]),
    );
  if (/[前后]复权/.test(found.title)) refuse('raw prices', `${JSON.stringify(found.title)}: adjusted ones`);
  const { columns } = found;
  if (columns.adjustedClose !== undefined || columns.factor !== undefined || columns.adjustFactor !== undefined)
    refuse('raw prices alone', 'an adjusted close or a factor, from which actions are derived symbol by symbol');
  // Offsets count from after a byte order mark.
  return { table: found, bodyStart: found.bodyStart + whole.length - bytes.length };
}
