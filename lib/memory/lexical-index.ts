/**
 * Full-text search as of an instant: BM25 (Robertson & Zaragoza 2009) whose counts are those of the rows known by then. A search
 * engine's own statistics would let later rows move the ranking of earlier ones.
 */

/** Usual constants: how fast a repeated word stops counting, and how much a long text is held against it. */
const K1 = 1.2;
const B = 0.75;
/** A posting is row x 16 + occurrences (at most 15): one small integer. */
const PER_ROW = 16;

/**
 * Words of a text: runs of Latin letters and digits in lower case; Chinese as pairs of neighbouring characters, which find a name or a
 * term without having to know its bounds; a single Chinese character by itself.
 */
export function wordsOf(text: string): string[] {
  const words: string[] = [];
  const plain = text.normalize('NFKC').toLowerCase();
  let start = -1;
  let simple = true;
  // Most runs are of plain letters and digits: those need no pattern, which is slow.
  for (let i = 0; i <= plain.length; i++) {
    const code = i < plain.length ? plain.charCodeAt(i) : SPACE;
    const letter = (code >= 97 && code <= 122) || (code >= 48 && code <= 57);
    if (letter || code > 127) {
      if (start < 0) {
        start = i;
        simple = true;
      }
      simple &&= letter;
      continue;
    }
    if (start < 0) continue;
    const run = plain.slice(start, i);
    if (simple) words.push(run);
    else for (const [part] of run.matchAll(RUNS)) addWords(words, part);
    start = -1;
  }
  return words;
}

const SPACE = 32;
const RUNS = /[\p{Script=Han}]+|[\p{L}\p{N}]+/gu;
const STARTS_HAN = /^\p{Script=Han}/u;

function addWords(words: string[], run: string): void {
  if (!STARTS_HAN.test(run) || run.length === 1) words.push(run);
  else for (let i = 0; i + 1 < run.length; i++) words.push(run.slice(i, i + 2));
}

export class LexicalIndex {
  /** Texts that no search has asked for yet: a memory opens at once, and its first search pays for its words. */
  private waiting: Iterable<string>[] = [];
  private readonly postings = new Map<string, number[]>();
  /** Words of all rows before a row. */
  private totals = new Float64Array(4096);
  private length = 0;
  /** By row, all 0 between two searches. */
  private scores = new Float64Array(0);
  private touched = new Int32Array(0);

  /** Takes the texts of the next rows, which are asked for with the first search. */
  append(texts: Iterable<string>): void {
    this.waiting.push(texts);
  }

  private take(text: string): void {
    const row = this.length;
    const words = wordsOf(text);
    for (const word of words) {
      const list = this.postings.get(word);
      if (list === undefined) this.postings.set(word, [row * PER_ROW + 1]);
      else {
        const last = list[list.length - 1]!;
        if (Math.floor(last / PER_ROW) !== row) list.push(row * PER_ROW + 1);
        else if (last % PER_ROW < PER_ROW - 1) list[list.length - 1] = last + 1;
      }
    }
    if (row + 2 > this.totals.length) {
      const wider = new Float64Array(this.totals.length * 2);
      wider.set(this.totals);
      this.totals = wider;
    }
    this.totals[row + 1] = this.totals[row]! + words.length;
    this.length = row + 1;
  }

  /** The `count` accepted rows among the first `known` that fit best, best first, ties by row. */
  search(text: string, count: number, known: number, accept: (row: number) => boolean): number[] {
    if (known === 0) return [];
    for (const texts of this.waiting) for (const one of texts) this.take(one);
    this.waiting = [];
    const found = this.score(text, known);
    const { scores, touched } = this;
    const best = new BestRows(count);
    for (let i = 0; i < found; i++) {
      const row = touched[i]!;
      if (best.wants(row, scores[row]!) && accept(row)) best.add(row, scores[row]!);
      scores[row] = 0;
    }
    return best.rows();
  }

  /** Adds up what each word gives to each row; how many rows were touched. */
  private score(text: string, known: number): number {
    if (this.scores.length < this.length) {
      this.scores = new Float64Array(this.totals.length);
      this.touched = new Int32Array(this.totals.length);
    }
    const { scores, touched, totals } = this;
    const usual = totals[known]! / known || 1;
    let count = 0;
    for (const word of new Set(wordsOf(text))) {
      const list = this.postings.get(word);
      if (list === undefined) continue;
      const found = prefix(list, known * PER_ROW);
      const rarity = Math.log(1 + (known - found + 0.5) / (found + 0.5));
      for (let i = 0; i < found; i++) {
        const row = Math.floor(list[i]! / PER_ROW);
        const times = list[i]! % PER_ROW;
        const length = totals[row + 1]! - totals[row]!;
        const before = scores[row]!;
        // Every word weighs more than 0: a row with 0 was not met before.
        if (before === 0) touched[count++] = row;
        scores[row] = before + (rarity * times * (K1 + 1)) / (times + K1 * (1 - B + (B * length) / usual));
      }
    }
    return count;
  }
}

/** The best rows so far, best first, ties by row. */
class BestRows {
  readonly #count: number;
  readonly #rows: number[] = [];
  readonly #scores: number[] = [];

  constructor(count: number) {
    this.#count = count;
  }

  /** Whether a row would be among them. */
  wants(row: number, score: number): boolean {
    const last = this.#rows.length - 1;
    return last + 1 < this.#count || score > this.#scores[last]! || (score === this.#scores[last]! && row < this.#rows[last]!);
  }

  add(row: number, score: number): void {
    if (this.#rows.length === this.#count) {
      this.#rows.pop();
      this.#scores.pop();
    }
    let at = this.#rows.length;
    while (at > 0 && (score > this.#scores[at - 1]! || (score === this.#scores[at - 1]! && row < this.#rows[at - 1]!))) at--;
    this.#rows.splice(at, 0, row);
    this.#scores.splice(at, 0, score);
  }

  rows(): number[] {
    return this.#rows;
  }
}

/** Number of entries below a bound in an ascending list. */
function prefix(ascending: readonly number[], bound: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ascending[middle]! < bound) low = middle + 1;
    else high = middle;
  }
  return low;
}
