/** Loading a WASM kernel of a room: compiled once a process, instantiated with a memory of its own each time. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { HindcastError } from './errors.js';
import { projectRoot } from './files.js';
import { sha256 } from './hash.js';

/** WebAssembly by its shape: the notebook's compiler has no DOM types. */
export interface KernelMemory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}

interface Engine {
  validate(bytes: Uint8Array): boolean;
  Module: new (bytes: Uint8Array) => object;
  Memory: new (size: { initial: number }) => KernelMemory;
  Instance: new (module: object, imports: object) => { exports: unknown };
}

const engine = (globalThis as unknown as { WebAssembly: Engine }).WebAssembly;

export class KernelError extends HindcastError {}

export interface LoadedKernel<Exports> {
  /** `<room>/<name>`. */
  readonly id: string;
  /** sha256 of the bytes: what a stamp records. */
  readonly hash: string;
  readonly exports: Exports;
  readonly memory: KernelMemory;
}

const compiled = new Map<string, { module: object; hash: string }>();

const bytesOf = (room: string, name: string) => readFileSync(join(projectRoot(), 'lib', room, 'assembly', `${name}.wasm`));

/** Whether this engine can run the kernel (SIMD, relaxed SIMD): decided by validating its bytes, never by a version. */
export function kernelRuns(room: string, name: string): boolean {
  return compiled.has(`${room}/${name}`) || engine.validate(bytesOf(room, name));
}

/**
 * `pages`: 64 KiB pages of the instance's own memory (imported as env.memory; the kernel is built with --importMemory).
 * Throws KernelError when this engine can't run the bytes (ask {@link kernelRuns} first to choose another kernel), or has no such memory.
 */
export function loadKernel<Exports>(room: string, name: string, pages: number): LoadedKernel<Exports> {
  const id = `${room}/${name}`;
  let known = compiled.get(id);
  if (known === undefined) {
    const bytes = bytesOf(room, name);
    if (!engine.validate(bytes)) {
      throw new KernelError(`loadKernel: expected an engine that runs ${id}.wasm, got one that refuses it. Use the plain kernel.`);
    }
    known = { module: new engine.Module(bytes), hash: sha256(bytes) };
    compiled.set(id, known);
  }
  const memory = memoryOf(id, pages);
  const abort = () => {
    throw new KernelError(`${id}: expected valid arguments, got a state the kernel refuses. This is a fault of the caller inside lib.`);
  };
  const instance = new engine.Instance(known.module, { env: { memory, abort } });
  return { id, hash: known.hash, exports: instance.exports as Exports, memory };
}

/** Pages are 64 KiB; engines with 32-bit addresses hold 65,536 of them. */
function memoryOf(id: string, pages: number): KernelMemory {
  try {
    return new engine.Memory({ initial: pages });
  } catch (cause) {
    const wanted = `${Math.ceil(pages / 16).toLocaleString('en-US')} MiB`;
    throw new KernelError(
      `loadKernel: expected ${wanted} of memory for ${id}, got none (4,096 MiB is the most). Take fewer symbols, a shorter span, smaller batches or fewer threads.`,
      { cause },
    );
  }
}
