import { expect, test } from 'vitest';
import { specPart } from '../../lib/cli/spec-flags.js';

test('a memory is asked for by any of its flags, the embedder that ships included', () => {
  expect(specPart({ memoryEmbedder: 'local' })).toEqual({ memory: {} });
  expect(specPart({ memoryEmbedder: 'ollama/bge-m3', memoryHorizon: 5 })).toEqual({ memory: { embedder: 'ollama/bge-m3', horizon: 5 } });
  expect(specPart({ seed: 3 })).toEqual({ seed: 3 });
});
