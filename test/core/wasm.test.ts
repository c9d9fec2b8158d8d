import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
// @ts-expect-error: a build step in plain JavaScript
import { kernels } from '../../lib/core/build-wasm.mjs';
import { sha256 } from '../../lib/core/index.js';

interface Kernel {
  readonly room: string;
  readonly name: string;
  readonly file: string;
  build(): Promise<Uint8Array>;
}

test.each(kernels() as Kernel[])('the committed bytes of $room/$name are what its source compiles to', async (kernel) => {
  expect(sha256(readFileSync(kernel.file))).toBe(sha256(await kernel.build()));
});
