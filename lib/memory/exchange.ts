/** Rows in and out as JSON Lines: export for others to read, import of an old system's notes with what can't be dated set aside. */
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { InputError, type Instant, readJsonl, writeFileAtomic } from '../core/index.js';
import { documentRows, type Summarise } from './document-rows.js';
import type { Embedder } from './embedder.js';
import type { Memory } from './memory.js';
import { embeddedText, kinds, layers, memoryRowSchema, type NewMemoryRow, owners } from './row.js';

/** Rows fetched at once. */
const BATCH = 1000;

/** Writes every row, oldest first, without vectors. Resolves to their number. */
export async function exportMemory(memory: Memory, file: string): Promise<number> {
  const lines: string[] = [];
  for (let at = 0; at < memory.length; at += BATCH) {
    const positions = Array.from({ length: Math.min(BATCH, memory.length - at) }, (_, i) => at + i);
    for (const row of await memory.rowsAt(positions)) lines.push(`${JSON.stringify(row)}\n`);
  }
  writeFileAtomic(file, lines);
  return lines.length;
}

const instant = z.union([z.number(), z.iso.datetime({ offset: true }), z.iso.date()]);

/** An old note: whatever of a row is known. `content` is the old system's name of the text. */
const noteSchema = z.looseObject({
  text: z.string().min(1).optional(),
  content: z.string().min(1).optional(),
  kind: z.enum(kinds).optional(),
  owner: z.enum(owners).optional(),
  layer: z.enum(layers).optional(),
  symbols: z.array(z.string()).optional(),
  symbol: z.string().optional(),
  aliases: z.string().optional(),
  eventAt: instant.optional(),
  knownAt: instant.optional(),
  maturesAt: instant.nullable().optional(),
  sources: z.array(z.string()).optional(),
  importance: z.number().min(0).max(1).optional(),
});

export interface ImportResult {
  readonly written: number;
  /** Already there. */
  readonly known: number;
  /** Set aside in quarantine.jsonl, never recalled, with the reason. */
  readonly quarantined: readonly { readonly line: number; readonly reason: string }[];
}

const quarantineOf = (folder: string): string => join(folder, 'quarantine.jsonl');

/** Notes set aside so far. */
export function quarantined(folder: string): number {
  if (!existsSync(quarantineOf(folder))) return 0;
  return readFileSync(quarantineOf(folder), 'utf8').split('\n').length - 1;
}

/**
 * Imports notes from a JSON array or JSON Lines. A note needs a text and a knownAt (instant, ISO time, or date = the end of that UTC
 * day); lessons and maxims also maturesAt and sources. What lacks them is quarantined: memory can't say when it could be known. A long
 * text of everybody's goes in as chunks with their summary, by `summarise` or of its first sentences.
 * Throws InputError when the file is not JSON.
 */
export async function importMemory(
  memory: Memory,
  folder: string,
  file: string,
  { summarise }: { readonly summarise?: Summarise } = {},
): Promise<ImportResult> {
  const notes = notesOf(file);
  const rows: NewMemoryRow[] = [];
  const aside: { line: number; reason: string; note: unknown }[] = [];
  for (const [i, note] of notes.entries()) {
    const place = `${file}#${i + 1}`;
    const read = rowOf(note, place);
    const fitting = typeof read === 'string' ? read : await fittingRows(read, place, memory.embedder, summarise);
    if (typeof fitting === 'string') aside.push({ line: i + 1, reason: fitting, note });
    else rows.push(...fitting);
  }
  let written = 0;
  let known = 0;
  rows.sort((a, b) => a.knownAt - b.knownAt);
  for (let at = 0; at < rows.length; at += BATCH) {
    const done = await memory.remember(rows.slice(at, at + BATCH));
    written += done.written;
    known += done.known;
  }
  // Only what isn't there yet, so that an import can be run again.
  const before = existsSync(quarantineOf(folder)) ? readFileSync(quarantineOf(folder), 'utf8') : '';
  const lines = aside.map(({ reason, note }) => `${JSON.stringify({ reason, note })}\n`).filter((line) => !before.includes(line));
  if (lines.length > 0) appendFileSync(quarantineOf(folder), lines.join(''));
  return { written, known, quarantined: aside.map(({ line, reason }) => ({ line, reason })) };
}

function notesOf(file: string): unknown[] {
  const text = readFileSync(file, 'utf8').trim();
  if (!text.startsWith('[')) return readJsonl(file);
  try {
    return JSON.parse(text) as unknown[];
  } catch (error) {
    throw new InputError(`importMemory: expected a JSON array or JSON Lines in ${file}, got neither. Check the file.`, { cause: error });
  }
}

/** A row that the embedder can take, the chunks of a long one, or why it can't be had. */
async function fittingRows(row: NewMemoryRow, place: string, embedder: Embedder, summarise?: Summarise): Promise<NewMemoryRow[] | string> {
  const tokens = embedder.countTokens(embeddedText(row));
  if (tokens <= embedder.maxTokens) return [row];
  // Chunks are everybody's, hold day information, and replace nothing.
  if (row.owner !== 'shared' || row.maturesAt !== null || row.supersedes !== null)
    return `a row (${row.kind} of ${row.owner}) with ${tokens} tokens, where the embedder takes ${embedder.maxTokens}: shorten it`;
  const { text, eventAt, knownAt, symbols, aliases } = row;
  const title = text.split('\n')[0]!.slice(0, TITLE_CHARACTERS);
  return documentRows({ id: place, title, text, eventAt, knownAt, symbols, aliases, source: 'import' }, embedder, summarise);
}

/** Of a long note, which has no title of its own: what its chunks are headed with. */
const TITLE_CHARACTERS = 80;

/** A row, or why there is none. */
function rowOf(note: unknown, place: string): NewMemoryRow | string {
  const whole = memoryRowSchema.safeParse(withoutId(note));
  if (whole.success) return whole.data;
  const parsed = noteSchema.safeParse(note);
  if (!parsed.success) return `not a note: ${parsed.error.issues[0]?.path.join('.')}: ${parsed.error.issues[0]?.message}`;
  const { text, content, kind = 'episode', owner = 'shared', symbol, symbols = symbol === undefined ? [] : [symbol] } = parsed.data;
  const words = text ?? content;
  if (words === undefined) return 'no text';
  if (parsed.data.knownAt === undefined) return 'no knownAt: nobody can say when it could be known';
  const knownAt = instantOf(parsed.data.knownAt);
  const maturesAt = parsed.data.maturesAt === undefined || parsed.data.maturesAt === null ? null : instantOf(parsed.data.maturesAt);
  const learned = kind === 'lesson' || kind === 'maxim' || kind === 'outcome';
  if (learned && maturesAt === null) return `a ${kind} without maturesAt: its outcome may not have been settled`;
  if (!learned && maturesAt !== null) return `a ${kind} with maturesAt: day information and outcome are mixed`;
  return {
    kind,
    owner,
    layer: parsed.data.layer ?? (kind === 'maxim' ? 'slow' : 'medium'),
    symbols,
    aliases: parsed.data.aliases ?? '',
    eventAt: parsed.data.eventAt === undefined ? knownAt : instantOf(parsed.data.eventAt),
    knownAt,
    maturesAt,
    supersedes: null,
    sources: parsed.data.sources ?? [place],
    importance: parsed.data.importance ?? 0.5,
    text: words,
    body: { imported: place },
  };
}

function withoutId(note: unknown): unknown {
  if (typeof note !== 'object' || note === null) return note;
  const { id: _, ...rest } = note as { id?: unknown };
  return rest;
}

/** A date alone is the last millisecond of that day: the note could not be known earlier for certain. */
function instantOf(value: number | string): Instant {
  if (typeof value === 'number') return value;
  return Date.parse(value.length === 10 ? `${value}T23:59:59.999Z` : value);
}
