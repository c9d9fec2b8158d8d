/** Runs a promoted pipeline headless, in this process. */
import { existsSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { InputError, projectRoot } from '../core/index.js';
import type { Effects } from './effects.js';
import { pipelinePath } from './promote.js';
import type { JsonValue, Results } from './results.js';

interface PipelineModule {
  run(parameters: Readonly<Record<string, JsonValue>>, effects: Effects): Promise<Results>;
}

/**
 * Runs `pipelines/<name>.ts` and gives back what it declared. Throws InputError when there is no such pipeline or a parameter is
 * wrong. Not for notebook cells: the kernel can't load a module by a computed address.
 */
export async function runPipeline(
  name: string,
  parameters: Readonly<Record<string, JsonValue>>,
  effects: Effects,
  root: string = projectRoot(),
): Promise<Results> {
  const path = pipelinePath(root, name);
  if (!existsSync(path)) throw new InputError(`runPipeline: expected a pipeline, got no ${path}. Run npx hindcast promote.`);
  const address = pathToFileURL(path).href;
  const pipeline = (await import(/* @vite-ignore */ address)) as PipelineModule;
  return pipeline.run(parameters, effects);
}
