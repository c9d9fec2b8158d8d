/** Long text from outside in pieces that fit into a question, and the questions that ask for them. */
import type { NewsItem } from '../../core/index.js';
import { estimateTokens } from '../../llm/index.js';
import { chunkText } from '../../memory/index.js';

export interface Piece {
  readonly item: NewsItem;
  readonly text: string;
  /** 1 for the first of `parts`. */
  readonly part: number;
  readonly parts: number;
  /** Characters that no earlier piece of the item has. */
  readonly own: number;
}

/** Share of a piece that stands at the head of the next one too: a sentence that was cut reads whole in one of the two. */
const OVERLAP = 0.1;
/** Tokens of instructions, subject and fences around the pieces of a question. */
const AROUND = 600;
/** Shortest piece, for contexts that have no room. */
const LEAST = 128;

/** Tokens of outside text for one question. The estimate of tokens may be half of what a model counts: so half of the room is used. */
export const roomForText = (numCtx: number, numPredict: number): number => Math.max(LEAST, Math.floor((numCtx - numPredict - AROUND) / 2));

/** Cut at sentences, nothing left out; a text that fits is one piece. All first pieces come before all second ones, and so on. */
export function piecesOf(items: readonly { readonly item: NewsItem; readonly text: string }[], room: number): Piece[] {
  const all = items.flatMap(({ item, text }) => {
    const chunks = chunkText(text, { maxTokens: room, overlap: OVERLAP, countTokens: estimateTokens });
    return chunks.map((chunk, i): Piece => {
      const own = chunk.end - (chunks[i - 1]?.end ?? 0);
      return { item, text: chunk.text, part: i + 1, parts: chunks.length, own };
    });
  });
  return all.sort((a, b) => a.part - b.part);
}

/** Pieces in their order, as many to a question as fit; what comes after `most` questions is left. */
export function questionsOf(
  pieces: readonly Piece[],
  { room, atOnce, most }: { readonly room: number; readonly atOnce: number; readonly most: number },
): { readonly questions: readonly (readonly Piece[])[]; readonly left: readonly Piece[] } {
  const questions: Piece[][] = [];
  let tokens = 0;
  for (const [i, piece] of pieces.entries()) {
    const more = estimateTokens(piece.text);
    const open = questions[questions.length - 1];
    if (open !== undefined && open.length < atOnce && tokens + more <= room) {
      open.push(piece);
      tokens += more;
      continue;
    }
    if (questions.length === most) return { questions, left: pieces.slice(i) };
    questions.push([piece]);
    tokens = more;
  }
  return { questions, left: [] };
}
