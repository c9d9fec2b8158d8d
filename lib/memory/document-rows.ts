/** A long text as rows: headline with lead, body chunks under a header, and one summary that points to them. */
import { isoOf } from '../core/index.js';
import { chunkText } from './chunk-text.js';
import type { Embedder } from './embedder.js';
import { memoryRow, type NewMemoryRow } from './row.js';

export interface LongDocument {
  readonly id: string;
  readonly title: string;
  /** The lead is what stands before the first blank line. */
  readonly text: string;
  readonly eventAt: number;
  readonly knownAt: number;
  readonly symbols: readonly string[];
  readonly aliases: string;
  /** Who published it. */
  readonly source: string;
}

/** Shortens texts to at most `maxTokens` together; a model's or {@link leadSummary}. */
export type Summarise = (texts: readonly string[], maxTokens: number) => Promise<string> | string;

/** The first sentences of each text in turn, as many as fit: no model, and it says nothing that the texts don't. */
export const leadSummary =
  (countTokens: (text: string) => number): Summarise =>
  (texts, maxTokens) => {
    const sentences = texts.map(
      (text) => chunkText(text, { maxTokens: Math.max(8, Math.floor(maxTokens / texts.length)), overlap: 0, countTokens })[0],
    );
    let summary = '';
    for (const sentence of sentences) {
      const longer = `${summary}${summary === '' ? '' : ' '}${sentence?.text.trim() ?? ''}`;
      if (countTokens(longer) > maxTokens) break;
      summary = longer;
    }
    return summary;
  };

/** Tokens kept free for the header of a chunk. */
const HEADER_TOKENS = 64;

/**
 * Rows of a document: chunks (kind `chunk`, layer fast) and, when there is more than one, a `summary` (layer medium) made by map and
 * reduce, whose knownAt is the newest of its sources. Nothing of the text is left out.
 */
export async function documentRows(
  document: LongDocument,
  embedder: Pick<Embedder, 'countTokens' | 'maxTokens'>,
  summarise?: Summarise,
): Promise<NewMemoryRow[]> {
  const countTokens = (text: string) => embedder.countTokens(text);
  const { title, text, eventAt, knownAt, symbols, aliases, source } = document;
  const header = `${isoOf(knownAt).slice(0, 10)} ${source} ${symbols.join(' ')} ${title}`.trim();
  const body = embedder.maxTokens - HEADER_TOKENS;
  const common = { owner: 'shared' as const, symbols: [...symbols], aliases, eventAt, knownAt, maturesAt: null, supersedes: null };
  const chunk = (part: number, start: number, end: number, words: string): NewMemoryRow => ({
    ...common,
    kind: 'chunk',
    layer: 'fast',
    sources: [document.id],
    importance: 0.5,
    text: words,
    body: { document: document.id, title, source, part, start, end },
  });
  const lead = /\n\s*\n/.exec(text)?.index ?? 0;
  const head = lead > 0 && countTokens(`${title}\n${text.slice(0, lead)}`) <= body ? lead : 0;
  const parts = [
    ...(head > 0 ? [{ start: 0, end: head, words: `${title}\n${text.slice(0, head)}` }] : []),
    ...chunkText(text.slice(head), { maxTokens: body, countTokens }).map((piece) => ({
      start: head + piece.start,
      end: head + piece.end,
      words: `${fitted(header, HEADER_TOKENS, countTokens)}\n${piece.text}`,
    })),
  ];
  const chunks = parts.map(({ start, end, words }, i) => chunk(i, start, end, words));
  if (chunks.length < 2) return chunks;
  const shorten = summarise ?? leadSummary(countTokens);
  let texts: readonly string[] = parts.map(({ start, end }) => text.slice(start, end));
  const room = body;
  while (texts.length > 1) {
    const groups: string[][] = [];
    for (let i = 0; i < texts.length; i += 8) groups.push(texts.slice(i, i + 8));
    texts = await Promise.all(groups.map((group) => shorten(group, groups.length === 1 ? room : Math.floor(room / 2))));
  }
  const words = `${fitted(header, HEADER_TOKENS, countTokens)}\n${texts[0]}`;
  return [
    ...chunks,
    {
      ...common,
      kind: 'summary',
      layer: 'medium',
      sources: chunks.map((row) => memoryRow(row).id),
      importance: 0.6,
      text: words,
      body: { document: document.id, title, source, parts: chunks.length },
    },
  ];
}

/** The head of a text that keeps to a number of tokens. */
const fitted = (text: string, maxTokens: number, countTokens: (text: string) => number): string =>
  chunkText(text, { maxTokens, overlap: 0, countTokens })[0]?.text ?? '';
