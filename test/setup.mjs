// What `npm test` needs beyond npm: the Python environment for Jupyter; under CI a true Ollama server too. Nothing to do takes well
// under a second.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const pinned = join(root, 'node_modules', '.bin', process.platform === 'win32' ? 'node.cmd' : 'node');

if (!existsSync(pinned)) {
  console.error('setup: expected node_modules, got none. Run npm ci first.');
  process.exit(2);
}
if (!process.version.startsWith('v24.')) {
  const again = spawnSync(pinned, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  process.exit(again.status ?? 1);
}

await import('../lib/boot.mjs');
const { ensurePython } = await import('../lib/notebook/python-env.ts');
try {
  ensurePython({ root });
} catch (error) {
  // Without Python the notebook tests name themselves as skipped; under CI nothing may be skipped.
  console.error(`setup: ${error.message}`);
  if (process.env.CI === 'true') process.exit(1);
  console.error('setup: going on without Jupyter; the tests that need it will say that they are skipped.');
}

// Minutes of compiling are asked of nobody but CI: elsewhere the tests against the server say that they are skipped, and how not to.
if (process.env.CI === 'true') {
  const { ensureOllama } = await import('./llm/ollama/build.mjs');
  try {
    ensureOllama();
  } catch (error) {
    console.error(`setup: ${error.message}`);
    process.exit(1);
  }
}
