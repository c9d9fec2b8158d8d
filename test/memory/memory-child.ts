/** A writer for the kill test: batches of rows, each acknowledged on stdout once it is durable. */
import { openMemory } from '../../lib/memory/index.js';
import { bagEmbedder, episode } from './support.js';

const [folder, from] = [process.argv[2]!, Number(process.argv[3])];
const memory = await openMemory(folder, { embedder: bagEmbedder(16), mode: 'read-write' });
for (let batch = from; ; batch++) {
  await memory.remember(Array.from({ length: 5 }, (_, i) => episode(batch, `batch ${batch} row ${i}`)));
  process.stdout.write(`${batch}\n`);
}
