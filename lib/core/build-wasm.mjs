/**
 * Compiles the WASM kernels: every `lib/<room>/assembly/kernels.json` lists kernels as `"name": { "source": "file.ts", "flags": [...] }`;
 * the bytes go to `lib/<room>/assembly/<name>.wasm` and are committed, so that a user needs no compiler and a stamp can name their hash.
 * A test builds them again and compares. Run with `npm run build:wasm [-- room ...]`.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

const lib = join(dirname(fileURLToPath(import.meta.url)), '..');

/** All kernels: { room, name, file, build() } where build resolves to the bytes. */
export function kernels() {
  return readdirSync(lib)
    .filter((room) => existsSync(join(lib, room, 'assembly', 'kernels.json')))
    .flatMap((room) => {
      const folder = join(lib, room, 'assembly');
      const listed = JSON.parse(readFileSync(join(folder, 'kernels.json'), 'utf8'));
      return Object.entries(listed).map(([name, { source, flags = [] }]) => ({
        room,
        name,
        file: join(folder, `${name}.wasm`),
        build: () => compile(folder, source, flags),
      }));
    });
}

async function compile(folder, source, flags) {
  const files = new Map();
  const { error, stderr } = await asc.main(
    [source, '--outFile', 'out.wasm', '--runtime', 'stub', '--noAssert', '--optimizeLevel', '3', '--shrinkLevel', '0', ...flags],
    {
      readFile: (name) => {
        const path = join(folder, name);
        return existsSync(path) ? readFileSync(path, 'utf8') : null;
      },
      writeFile: (name, contents) => void files.set(name, contents),
      listFiles: () => [],
    },
  );
  if (error) throw new Error(`build-wasm: expected ${join(folder, source)} to compile, got ${error.message}\n${stderr}`);
  return files.get('out.wasm');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const rooms = process.argv.slice(2);
  for (const kernel of kernels()) {
    if (rooms.length > 0 && !rooms.includes(kernel.room)) continue;
    const bytes = await kernel.build();
    writeFileSync(kernel.file, bytes);
    console.log(`${relative(join(lib, '..'), kernel.file)}: ${bytes.length} bytes`);
  }
}
