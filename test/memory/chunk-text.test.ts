import fc from 'fast-check';
import { expect, test } from 'vitest';
import { chunkText } from '../../lib/memory/chunk-text.js';
import { localEmbedder } from '../../lib/memory/local-embedder.js';

const words = (text: string) => text.split(/\s+/).filter(Boolean).length + Array.from(text).filter((c) => c > '⺀').length;

/** What the chunks cover, overlaps aside. */
function rejoin(chunks: ReturnType<typeof chunkText>): string {
  let text = '';
  for (const chunk of chunks) text += chunk.text.slice(text.length - chunk.start);
  return text;
}

test('chunks cover any text to the last character, overlap, and keep to the limit', () => {
  const piece = fc.constantFrom('平安银行', '利润增长。', 'the bank ', 'fell 3.5%. ', '\n\n', '，', 'x'.repeat(90), ' ', '！', '😀');
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 200 }), fc.integer({ min: 20, max: 60 }), (parts, maxTokens) => {
      const text = parts.join('');
      const chunks = chunkText(text, { maxTokens, countTokens: words });
      expect(rejoin(chunks)).toBe(text.trim() === '' ? '' : text);
      for (const [i, chunk] of chunks.entries()) {
        expect(text.slice(chunk.start, chunk.end)).toBe(chunk.text);
        expect(words(chunk.text)).toBeLessThanOrEqual(maxTokens);
        if (i > 0) expect(chunk.start).toBeLessThanOrEqual(chunks[i - 1]!.end);
      }
    }),
    { numRuns: 300 },
  );
});

test('cuts at sentences, English and Chinese', () => {
  const text = '第一句话说利润。第二句话说分红！Third sentence is English. 第四句。';
  const chunks = chunkText(text, { maxTokens: 14, overlap: 0, countTokens: words });
  expect(chunks.map((chunk) => chunk.text)).toEqual(['第一句话说利润。', '第二句话说分红！Third sentence is English. ', '第四句。']);
});

test('200 kB go in without loss by the real tokenizer', () => {
  const embedder = localEmbedder();
  const sentence = (i: number) => `第${i}条：公司第${i % 4}季度营业收入同比变动${i}，Management said item ${i} was in line. `;
  let text = '';
  for (let i = 0; text.length < 100_000; i++) text += sentence(i);
  expect(Buffer.byteLength(text)).toBeGreaterThan(130_000);
  const chunks = chunkText(text, { maxTokens: embedder.maxTokens - 32, countTokens: embedder.countTokens });
  expect(rejoin(chunks)).toBe(text);
  for (const chunk of chunks) expect(embedder.countTokens(chunk.text)).toBeLessThanOrEqual(embedder.maxTokens - 32);
});
