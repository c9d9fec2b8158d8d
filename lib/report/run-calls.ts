/** The model calls of one run: out of the store that runs share, into a file, and from there into a store of a second run. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '../core/index.js';
import { exportTranscript, importTranscript, Transcripts } from '../llm/index.js';
import type { RunFolder } from '../replay/index.js';

/** Name of the file, in a pack too. */
export const CALLS = 'transcript.jsonl';

const storeIn = (resultsDir: string): string => join(resultsDir, 'transcripts.sqlite');

/** Writes the calls of `run` into `folder`, one line each; null when it made none. */
export function exportCalls(resultsDir: string, run: string, folder: string): string | null {
  if (!existsSync(storeIn(resultsDir))) return null;
  const transcripts = new Transcripts(storeIn(resultsDir));
  try {
    const path = join(folder, CALLS);
    return exportTranscript(transcripts, run, path) === 0 ? null : path;
  } finally {
    transcripts.close();
  }
}

/** A store with nothing but the calls in `path`; the caller closes it. Throws TranscriptError for a line that is not what its hash says. */
export function importCalls(resultsDir: string, run: string, path: string): Transcripts {
  const transcripts = new Transcripts(storeIn(resultsDir));
  try {
    importTranscript(transcripts, run, path);
    return transcripts;
  } catch (error) {
    transcripts.close();
    throw error;
  }
}

/** Throws InputError when decisions of the run name calls that its file does not hold. */
export function checkCalls(run: Pick<RunFolder, 'row' | 'decisions'>, path: string | null): void {
  const named = new Set(run.decisions().flatMap(({ transcripts }) => transcripts));
  const count = named.size;
  if (count === 0) return;
  const lines = path === null ? [] : readFileSync(path, 'utf8').split('\n');
  for (const line of lines) if (line !== '') named.delete((JSON.parse(line) as { id: string }).id);
  if (named.size === 0) return;
  throw new InputError(
    `checkCalls: expected the ${count} model calls that the decisions of ${run.row.run} name, got ${count - named.size}. Put its transcripts.sqlite back beside the run, or use its pack.`,
  );
}
