/** Writes entries and says so after each: `child-writer.ts <file> <run> <count>`. The first hundred are the same for all runs. */
import { writeSync } from 'node:fs';
import { chatKey } from '../../lib/llm/transcript-entry.js';
import { Transcripts } from '../../lib/llm/transcripts.js';

const [path, run, count] = process.argv.slice(2);
const store = new Transcripts(path!);
for (let i = 0; i < Number(count); i++) {
  const content = i < 100 ? `shared ${i}` : `${run} ${i}`;
  const question = {
    messages: [{ role: 'user' as const, content }],
    temperature: 0,
    seed: 7,
    numCtx: 512,
    numPredict: 8,
    think: false,
    topLogprobs: 0,
  };
  const answer = { text: `to ${content}`, doneReason: 'stop', usage: { promptTokens: 3, completionTokens: 2 }, notes: [] };
  const { id } = store.keep(run!, {
    ...chatKey(question, 'ollama/m', 'd', 0),
    outcome: { answer },
    costMicroYuan: 0,
    milliseconds: 1,
    createdAt: i,
  });
  // At once, past any buffer: what was said before a kill was said.
  writeSync(1, `${run} ${id}\n`);
}
