import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { canonicalJson, HindcastError, hashOf, InputError, readJsonl, sha256, writeFileAtomic } from '../../lib/core/index.js';

const folder = (): string => mkdtempSync(join(tmpdir(), 'hindcast-core-'));

test('a file whose text breaks off keeps its old content and leaves nothing beside it', () => {
  const path = join(folder(), 'a.txt');
  writeFileAtomic(path, 'old');
  const broken = function* (): Iterable<string> {
    yield 'new';
    throw new Error('no more');
  };
  expect(() => writeFileAtomic(path, broken())).toThrow('no more');
  expect(readFileSync(path, 'utf8')).toBe('old');
  expect(readdirSync(join(path, '..'))).toEqual(['a.txt']);
});

test('a torn line is named with its file and number', () => {
  const path = join(folder(), 'rows.jsonl');
  writeFileSync(path, '{"a":1}\n{"a":\n');
  expect(() => readJsonl(path)).toThrow(InputError);
  expect(() => readJsonl(path)).toThrow(/rows\.jsonl line 2/);
});

test('canonical JSON is RFC 8785: keys sorted, numbers as ECMAScript writes them', () => {
  // The example of RFC 8785, section 3.2.3, shortened.
  expect(canonicalJson({ numbers: [Number('333333333.33333329'), 1e30, 4.5, 2e-3, 1e-27], '\u20ac': 'Euro Sign', b: null, a: true })).toBe(
    '{"a":true,"b":null,"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"€":"Euro Sign"}',
  );
  expect(() => canonicalJson(Number.NaN)).toThrow();
  expect(() => canonicalJson(undefined)).toThrow(HindcastError);
});

test('sha256 of the empty text and of "abc" are those of FIPS 180-4', () => {
  expect(sha256('')).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  expect(sha256('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  expect(sha256(new TextEncoder().encode('abc'))).toBe(sha256('abc'));
  expect(hashOf({ b: 1, a: 2 })).toBe(hashOf({ a: 2, b: 1 }));
});
