/** The true Ollama server of the tests: started on a free port with the small model `smol`, ended with the tests. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectRoot } from '../../../lib/core/index.js';

const folder = join(projectRoot(), 'build', 'ollama');
const START_MS = 30_000;

export interface OllamaServer {
  readonly url: string;
  close(): Promise<void>;
}

export async function serveOllama(): Promise<OllamaServer> {
  const home = mkdtempSync(join(tmpdir(), 'hindcast-ollama-'));
  const host = `127.0.0.1:${await freePort()}`;
  const environment = {
    PATH: process.env['PATH'] ?? '',
    HOME: home,
    OLLAMA_HOST: host,
    OLLAMA_MODELS: join(home, 'models'),
    // One at a time: batching changes the bits of an answer.
    OLLAMA_NUM_PARALLEL: '1',
    OLLAMA_MAX_QUEUE: '2',
  };
  const logFile = join(home, 'serve.log');
  const out = openSync(logFile, 'a');
  const server = spawn(join(folder, 'ollama'), ['serve'], { env: environment, stdio: ['ignore', out, out] });
  const ended = new Promise<void>((resolve) => server.once('exit', () => resolve()));
  const close = async (): Promise<void> => {
    server.kill('SIGTERM');
    await ended;
    rmSync(home, { recursive: true, force: true });
  };
  try {
    const url = `http://${host}`;
    const end = performance.now() + START_MS;
    while (!(await answers(`${url}/api/version`))) {
      if (performance.now() > end || server.exitCode !== null)
        throw new Error(`ollama did not start:\n${readFileSync(logFile, 'utf8').slice(-2000)}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    const modelfile = join(home, 'Modelfile');
    mkdirSync(join(home, 'models'), { recursive: true });
    // One thread: several wait for each other by spinning, which takes minutes where other tests want the cores too.
    writeFileSync(modelfile, `FROM ${join(folder, 'smol.gguf')}\nPARAMETER num_thread 1\n`);
    const made = spawnSync(join(folder, 'ollama'), ['create', 'smol', '-f', modelfile], { env: environment, encoding: 'utf8' });
    if (made.status !== 0) throw new Error(`ollama create: ${made.stderr}`);
    return { url, close };
  } catch (error) {
    await close();
    throw error;
  }
}

const answers = (url: string): Promise<boolean> =>
  fetch(url).then(
    ({ ok }) => ok,
    () => false,
  );

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => resolve(port));
    });
  });
}
