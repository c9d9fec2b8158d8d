/** Reads ZIP archives (stored or deflated, ZIP64) with bounds on everything: sizes come from the central directory (PKWARE APPNOTE 6.3). */
import { crc32, inflateRawSync } from 'node:zlib';
import { Sb3Error } from './bundle-error.js';

/** SB3's model of a [64,64] policy: 6 entries, 150 kB. */
const limits = { entries: 4096, bytes: 256 << 20 };

const END = 0x06054b50;
const END_64 = 0x06064b50;
const LOCATOR_64 = 0x07064b50;
const ENTRY = 0x02014b50;
const LOCAL = 0x04034b50;

/** One entry of an archive; `read` inflates and checks it. */
export interface ZipEntry {
  readonly name: string;
  /** Bytes once read. */
  readonly size: number;
  read(): Uint8Array;
}

/**
 * The entries of an archive by name. Throws Sb3Error on what is no ZIP or truncated, on encryption, other methods than stored and deflate,
 * two entries of one name, and more than 4096 entries or 256 MB in all; `read` throws on a size or checksum that differs.
 */
export function readZip(bytes: Uint8Array, what: string): ReadonlyMap<string, ZipEntry> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const refuse = (expected: string, got: string): never => {
    throw new Sb3Error(`readZip: expected ${expected} in ${what}, got ${got}. Use the archive that SB3 saved.`);
  };
  const within = (at: number, length: number): number =>
    at >= 0 && at + length <= bytes.length ? at : refuse(`${length} bytes at ${at}`, `the end after ${bytes.length}`);
  const u16 = (at: number) => view.getUint16(within(at, 2), true);
  const u32 = (at: number) => view.getUint32(within(at, 4), true);
  const u64 = (at: number): number => {
    const value = view.getBigUint64(within(at, 8), true);
    return value <= BigInt(bytes.length) + BigInt(limits.bytes) ? Number(value) : refuse('a size that fits', `${value}`);
  };

  const { count, at: first } = directory();
  if (count > limits.entries) refuse(`at most ${limits.entries} entries`, `${count}`);
  const entries = new Map<string, ZipEntry>();
  let total = 0;
  let at = first;
  for (let i = 0; i < count; i++) {
    if (u32(at) !== ENTRY) refuse('an entry of the central directory', 'other bytes');
    const [flags, method, nameLength, extraLength, commentLength] = [8, 10, 28, 30, 32].map((field) => u16(at + field)) as [
      number,
      number,
      number,
      number,
      number,
    ];
    const nameAt = within(at + 46, nameLength + extraLength + commentLength);
    const name = new TextDecoder().decode(bytes.subarray(nameAt, nameAt + nameLength));
    const { size, packed, local } = sizesOf(at, nameAt + nameLength, extraLength);
    if (entries.has(name)) refuse('one entry of each name', `two of ${JSON.stringify(name)}`);
    if ((flags & 1) !== 0) refuse(`${JSON.stringify(name)} in clear`, 'an encrypted entry');
    if (method !== 0 && method !== 8) refuse(`${JSON.stringify(name)} stored or deflated`, `method ${method}`);
    if ((total += size) > limits.bytes) refuse(`at most ${limits.bytes} bytes`, 'more');
    const checksum = u32(at + 16);
    entries.set(name, { name, size, read: () => contentOf(name, method, local, packed, size, checksum) });
    at = nameAt + nameLength + extraLength + commentLength;
  }
  return entries;

  function directory(): { count: number; at: number } {
    // The end record lies last, before a comment of at most 65535 bytes.
    for (let end = bytes.length - 22; end >= Math.max(0, bytes.length - 22 - 0xffff); end--) {
      if (u32(end) !== END || end + 22 + u16(end + 20) !== bytes.length) continue;
      const [records, start] = [u16(end + 10), u32(end + 16)];
      if (records !== 0xffff && start !== 0xffffffff) return { count: records, at: start };
      if (end < 20 || u32(end - 20) !== LOCATOR_64) return refuse('the ZIP64 locator', 'other bytes');
      const end64 = u64(end - 20 + 8);
      if (u32(end64) !== END_64) return refuse('the ZIP64 end record', 'other bytes');
      return { count: u64(end64 + 32), at: u64(end64 + 48) };
    }
    return refuse('a ZIP archive', 'a file without its end record');
  }

  /** Sizes and place of an entry; those that read 0xffffffff stand in the ZIP64 extra, in this order. */
  function sizesOf(entry: number, extraAt: number, extraLength: number): { size: number; packed: number; local: number } {
    const fields = [u32(entry + 24), u32(entry + 20), u32(entry + 42)];
    for (let extra = extraAt; extra + 4 <= extraAt + extraLength; extra += 4 + u16(extra + 2)) {
      if (u16(extra) !== 1) continue;
      let value = extra + 4;
      fields.forEach((field, i) => {
        if (field !== 0xffffffff) return;
        fields[i] = u64(value);
        value += 8;
      });
    }
    const [size, packed, local] = fields as [number, number, number];
    return { size, packed, local };
  }

  function contentOf(name: string, method: number, local: number, packed: number, size: number, checksum: number): Uint8Array {
    if (u32(local) !== LOCAL) return refuse(`the local header of ${JSON.stringify(name)}`, 'other bytes');
    const from = within(local + 30 + u16(local + 26) + u16(local + 28), packed);
    const data = bytes.subarray(from, from + packed);
    const content = method === 0 ? data : inflated(name, data, size);
    if (content.length !== size) return refuse(`${size} bytes of ${JSON.stringify(name)}`, `${content.length}`);
    if (crc32(content) !== checksum) return refuse(`the checksum of ${JSON.stringify(name)}`, 'another');
    return content;
  }

  function inflated(name: string, data: Uint8Array, size: number): Uint8Array {
    try {
      return inflateRawSync(data, { maxOutputLength: Math.max(1, size) });
    } catch (error) {
      return refuse(`${size} bytes deflated in ${JSON.stringify(name)}`, error instanceof Error ? error.message : String(error));
    }
  }
}
