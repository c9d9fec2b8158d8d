import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LexicalIndex, wordsOf } from '../../lib/memory/lexical-index.js';

/** BM25 as Robertson & Zaragoza (2009) write it, over the rows known by then, one row after the other. */
function plain(texts: readonly string[], query: string, known: number): Map<number, number> {
  const rows = texts.slice(0, known).map(wordsOf);
  const usual = rows.reduce((sum, words) => sum + words.length, 0) / known || 1;
  const scores = new Map<number, number>();
  for (const word of new Set(wordsOf(query))) {
    const holding = rows.filter((words) => words.includes(word)).length;
    const rarity = Math.log(1 + (known - holding + 0.5) / (holding + 0.5));
    rows.forEach((words, row) => {
      const times = Math.min(15, words.filter((one) => one === word).length);
      if (times === 0) return;
      const weight = (rarity * times * (1.2 + 1)) / (times + 1.2 * (1 - 0.75 + (0.75 * words.length) / usual));
      scores.set(row, (scores.get(row) ?? 0) + weight);
    });
  }
  return scores;
}

const vocabulary = ['bank', 'profit', 'oil', '平安银行', '净利润', '增长', 'S7', 'q3', 'ﬁrm'] as const;
const words = fc.array(fc.constantFrom(...vocabulary), { maxLength: 12 }).map((some) => some.join(' '));

test('equals scoring each row by the formula, for any texts, dates, filters and counts, search after search', () => {
  fc.assert(
    fc.property(
      fc.array(words, { minLength: 1, maxLength: 60 }),
      fc.array(fc.tuple(words, fc.nat(60), fc.integer({ min: 1, max: 7 }), fc.integer({ min: 1, max: 3 })), {
        minLength: 1,
        maxLength: 6,
      }),
      fc.nat(60),
      (texts, queries, later) => {
        const index = new LexicalIndex();
        index.append(texts.slice(0, later));
        queries.forEach(([query, at, count, every], i) => {
          // The rest comes after the first search.
          if (i === 1) for (const text of texts.slice(later)) index.append([text]);
          const known = Math.min(at, i === 0 ? Math.min(later, texts.length) : texts.length);
          const accept = (row: number) => row % every === 0;
          const wanted = [...plain(texts, query, known)]
            .filter(([row]) => accept(row))
            .sort(([a, x], [b, y]) => y - x || a - b)
            .slice(0, count)
            .map(([row]) => row);
          expect(index.search(query, count, known, accept)).toEqual(known === 0 ? [] : wanted);
        });
      },
    ),
    { numRuns: 300 },
  );
});

/** The definition, by pattern alone. */
function wordsByPattern(text: string): string[] {
  const words: string[] = [];
  for (const [run] of text
    .normalize('NFKC')
    .toLowerCase()
    .matchAll(/[\p{Script=Han}]+|[\p{L}\p{N}]+/gu)) {
    if (!/^\p{Script=Han}/u.test(run) || run.length === 1) words.push(run);
    else for (let i = 0; i + 1 < run.length; i++) words.push(run.slice(i, i + 2));
  }
  return words;
}

test('words: runs of letters and digits, Chinese in pairs, for any text', () => {
  expect(wordsOf('平安银行 Q3, profit+31.2%: ＡＢＣ é́x 行')).toEqual([
    '平安',
    '安银',
    '银行',
    'q3',
    'profit',
    '31',
    '2',
    'abc',
    'é',
    'x',
    '行',
  ]);
  const piece = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom('平安', '银行', 'ABC', 'ab1', ' ', '，', '-', 'ﬁ', 'é', '\u0301', '𠮷', 'ﾊ', '。', 'ß', '٣'),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      expect(wordsOf(pieces.join(''))).toEqual(wordsByPattern(pieces.join('')));
    }),
    { numRuns: 1000 },
  );
});
