/** A replay spec from a JSON file, or from the run.json of a run. Its keys are checked with the flags laid over them. */
import { readFileSync } from 'node:fs';
import { InputError } from '../core/index.js';
import type { ReplaySpecInput } from '../replay/index.js';

export function readSpecFile(path: string): Partial<ReplaySpecInput> {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? (error as Error).message;
    throw new InputError(
      `readSpecFile: expected a replay spec as JSON in ${path}, got ${reason}. Name a readable file, such as the "spec" of a run.json.`,
      {
        cause: error,
      },
    );
  }
  if (content === null || typeof content !== 'object' || Array.isArray(content)) {
    throw new InputError(
      `readSpecFile: expected an object in ${path}, got ${JSON.stringify(content)?.slice(0, 60)}. Write {"symbols": [...], ...}.`,
    );
  }
  const { spec, configHash } = content as { spec?: unknown; configHash?: unknown };
  const isRun = typeof configHash === 'string' && spec !== null && typeof spec === 'object';
  return (isRun ? spec : content) as Partial<ReplaySpecInput>;
}
