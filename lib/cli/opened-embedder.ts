/** The embedder of a name, for commands: `local`, or a model of a configured server. */
import { InputError } from '../core/index.js';
import { type Embedder, localEmbedder, serverEmbedder } from '../memory/index.js';
import type { Context } from './action.js';

/** `name`: `local` or the local model's id; `server/name`, also as a memory's card has it (`server:name`). */
export async function openedEmbedder(context: Context, name: string): Promise<{ embedder: Embedder; close: () => Promise<void> }> {
  const local = localEmbedder();
  if (name === 'local' || name === local.id) return { embedder: local, close: async () => {} };
  const model = name.includes('/') ? name : name.replace(':', '/');
  if (!model.includes('/')) {
    throw new InputError(`memory: expected the embedder local or a model as server/name, got ${name}. Choose one.`);
  }
  const { openedModels } = await import('./opened-models.js');
  const { models, close } = openedModels(context, `embedder ${model}`);
  try {
    return { embedder: await serverEmbedder(models, model), close };
  } catch (error) {
    await close();
    throw error;
  }
}
