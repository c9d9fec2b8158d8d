/** Cutting long text into chunks that an embedder can take: at sentences where possible, overlapping, by its own count of tokens. */

export interface TextChunk {
  readonly text: string;
  /** Place in the original: text.slice(start, end) === chunk text. Chunks overlap and leave nothing out. */
  readonly start: number;
  readonly end: number;
}

export interface ChunkOptions {
  /** Most tokens of a chunk, by `countTokens`. */
  readonly maxTokens: number;
  /** Share of a chunk that is repeated at the start of the next one. */
  readonly overlap?: number;
  readonly countTokens: (text: string) => number;
}

/** Ends of units, from the coarsest to the finest: paragraphs, sentences, clauses, words; single characters come last. */
const SEAMS: readonly RegExp[] = [/\n\s*\n/g, /[。！？!?…]+["”’』」)）]*\s*|\.["”’)]*\s+|\n/g, /[，、；：,;:]\s*/g, /\s+/g];

interface Piece {
  readonly start: number;
  readonly end: number;
  readonly tokens: number;
}

/**
 * Chunks of at most `maxTokens`, cut at the coarsest seam that fits. The whole text when it is short enough; nothing for blank text.
 * The pieces in order, overlaps aside, are the text itself, to the last character.
 */
export function chunkText(text: string, { maxTokens, overlap = 0.15, countTokens }: ChunkOptions): TextChunk[] {
  if (text.trim() === '') return [];
  if (countTokens(text) <= maxTokens) return [{ text, start: 0, end: text.length }];
  const pieces = split(text, 0, text.length, 0, maxTokens, countTokens);
  const chunks: TextChunk[] = [];
  let first = 0;
  while (first < pieces.length) {
    let tokens = 0;
    let last = first;
    while (last < pieces.length && (last === first || tokens + pieces[last]!.tokens <= maxTokens)) tokens += pieces[last++]!.tokens;
    // The sum of the pieces' tokens is only nearly that of the whole.
    while (last > first + 1 && countTokens(text.slice(pieces[first]!.start, pieces[last - 1]!.end)) > maxTokens) last--;
    chunks.push(chunkOf(text, pieces[first]!.start, pieces[last - 1]!.end));
    if (last === pieces.length) break;
    let next = last;
    let repeated = 0;
    while (next - 1 > first && repeated + pieces[next - 1]!.tokens <= maxTokens * overlap) repeated += pieces[--next]!.tokens;
    first = next;
  }
  return chunks;
}

const chunkOf = (text: string, start: number, end: number): TextChunk => ({ text: text.slice(start, end), start, end });

/** Pieces of [start, end) of at most `maxTokens` each, cut at seams of this level or finer. */
function split(text: string, start: number, end: number, level: number, maxTokens: number, countTokens: (text: string) => number): Piece[] {
  const pieces: Piece[] = [];
  for (const [from, to] of parts(text, start, end, level)) {
    const tokens = countTokens(text.slice(from, to));
    // Sentences stay pieces of their own, so that an overlap need not repeat a whole paragraph.
    if (tokens <= maxTokens && level > 0) pieces.push({ start: from, end: to, tokens });
    else if (level > SEAMS.length) pieces.push({ start: from, end: to, tokens });
    else pieces.push(...split(text, from, to, level + 1, maxTokens, countTokens));
  }
  return pieces;
}

function parts(text: string, start: number, end: number, level: number): [number, number][] {
  const found: [number, number][] = [];
  let from = start;
  if (level < SEAMS.length) {
    for (const match of text.slice(start, end).matchAll(SEAMS[level]!)) {
      const to = start + match.index! + match[0].length;
      if (to > from) found.push([from, to]);
      from = to;
    }
    if (from < end) found.push([from, end]);
    return found;
  }
  // No seam is left: by code points, a few at a time.
  const characters = Array.from(text.slice(start, end));
  for (let i = 0; i < characters.length; i += 16) {
    const to = from + characters.slice(i, i + 16).join('').length;
    found.push([from, to]);
    from = to;
  }
  return found;
}
