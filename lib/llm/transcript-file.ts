/** The transcript of one run as JSONL: in canonical order, so that equal runs give equal files. */
import { z } from 'zod';
import { canonicalJson, readJsonl, writeFileAtomic } from '../core/index.js';
import { TranscriptError } from './errors.js';
import { keyHolds, type NewEntry } from './transcript-entry.js';
import type { Transcripts } from './transcripts.js';

const whole = z.int().min(0);
const answer = z.object({
  text: z.string(),
  doneReason: z.string(),
  usage: z.object({ promptTokens: whole, completionTokens: whole }),
  logprobs: z
    .array(z.object({ token: z.string(), logprob: z.number(), top: z.array(z.object({ token: z.string(), logprob: z.number() })) }))
    .optional(),
  fingerprint: z.string().optional(),
  notes: z.array(z.string()),
});

/** One line of `transcript.jsonl`. */
export const transcriptLineSchema = z.object({
  id: z.string(),
  hash: z.string(),
  kind: z.enum(['chat', 'embed']),
  prompt: z.string(),
  parameters: z.record(z.string(), z.unknown()),
  model: z.string(),
  modelDigest: z.string(),
  sample: whole,
  outcome: z.union([
    z.object({ answer }),
    z.object({ vector: z.string(), promptTokens: whole }),
    z.object({ failure: z.object({ kind: z.string(), message: z.string() }) }),
  ]),
  costMicroYuan: whole,
  milliseconds: whole,
  createdAt: z.int(),
});

/** Writes what `run` asked and got, one line an entry, ordered by hash. Gives the number of lines. */
export function exportTranscript(transcripts: Transcripts, run: string, path: string): number {
  const entries = transcripts.ofRun(run);
  writeFileAtomic(path, entries.map((entry) => `${canonicalJson(entry)}\n`).join(''));
  return entries.length;
}

/** Takes a run's exported transcript in, all of it or nothing. Throws TranscriptError for a line that is not what its hash says. */
export function importTranscript(transcripts: Transcripts, run: string, path: string): number {
  const entries = [...readJsonl(path)].map((line, i) => {
    const parsed = transcriptLineSchema.safeParse(line);
    const wrong = !parsed.success
      ? parsed.error.issues[0]!.message
      : keyHolds(parsed.data)
        ? undefined
        : 'another content than its hash says';
    if (wrong !== undefined || !parsed.success) {
      throw new TranscriptError(`importTranscript: expected an exported entry in line ${i + 1} of ${path}, got ${wrong}. Export it again.`);
    }
    return parsed.data as NewEntry;
  });
  transcripts.keepAll(run, entries);
  return entries.length;
}
