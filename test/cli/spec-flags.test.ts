import { expect, test } from 'vitest';
import { specPart, specWith } from '../../lib/cli/spec-flags.js';

test('a memory is asked for by any of its flags, the embedder that ships included', () => {
  expect(specPart({ memoryEmbedder: 'local' })).toEqual({ memory: {} });
  expect(specPart({ memoryEmbedder: 'ollama/bge-m3', memoryHorizon: 5 })).toEqual({ memory: { embedder: 'ollama/bge-m3', horizon: 5 } });
  expect(specPart({ seed: 3 })).toEqual({ seed: 3 });
});

test('a flag leaves the other keys of a spec file standing', () => {
  const file = { costs: { slippageBp: 3 }, memory: { from: 'main', embedder: 'ollama/bge-m3' }, seed: 4 };
  expect(specWith(file, { commission: { numerator: 1, denominator: 1000 }, memoryHorizon: 20 })).toEqual({
    costs: { slippageBp: 3, commission: { numerator: 1, denominator: 1000 } },
    memory: { from: 'main', embedder: 'ollama/bge-m3', horizon: 20 },
    seed: 4,
  });
  expect(specWith(file, { memoryEmbedder: 'local' }).memory).toEqual({ from: 'main' });
  expect(specWith(file, {})).toEqual(file);
});
