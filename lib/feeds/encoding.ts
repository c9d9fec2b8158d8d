/** Text files as UTF-8 bytes, whatever they were written in: UTF-8, GBK (what Chinese trading programs export), UTF-16 (MetaTrader). */
import { isUtf8 } from 'node:buffer';
import { FeedError } from './errors.js';

export type Encoding = 'utf-8' | 'gbk' | 'utf-16le' | 'utf-16be';

/** Bytes as UTF-8 without a byte order mark, and what they were. Throws FeedError on bytes that are none of these. */
export function toUtf8(bytes: Uint8Array, file: string): { readonly bytes: Uint8Array; readonly encoding: Encoding } {
  const encoding: Encoding =
    bytes[0] === 0xff && bytes[1] === 0xfe
      ? 'utf-16le'
      : bytes[0] === 0xfe && bytes[1] === 0xff
        ? 'utf-16be'
        : isUtf8(bytes)
          ? 'utf-8'
          : 'gbk';
  if (encoding === 'utf-8') {
    const marked = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
    return { bytes: marked ? bytes.subarray(3) : bytes, encoding };
  }
  try {
    return { bytes: Buffer.from(new TextDecoder(encoding, { fatal: true }).decode(bytes)), encoding };
  } catch (error) {
    throw new FeedError(`loadBars: expected text in UTF-8 or GBK in ${file}, got other bytes. Save it as UTF-8.`, { cause: error });
  }
}
