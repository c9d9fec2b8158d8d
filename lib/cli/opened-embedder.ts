/** The embedder of a name, for commands: `local`, or a model of a configured server. */
import { InputError } from '../core/index.js';
import { type Embedder, localEmbedder } from '../memory/index.js';
import type { Context } from './action.js';

/** `name`: `local` or the local model's id; `server/name`, also as `server:name` in a memory's card. */
export async function openedEmbedder(_context: Context, name: string): Promise<{ embedder: Embedder; close: () => Promise<void> }> {
  const local = localEmbedder();
  if (name === 'local' || name === local.id) return { embedder: local, close: async () => {} };
  throw new InputError(`memory: expected the embedder local or a model as server/name, got ${name}. Choose one.`);
}
