/** What a replay says of a call that was not recorded: the nearest one that was, and how they differ. */
import type { Message } from './contract.js';
import { UnseenPrompt } from './errors.js';
import { textDiff } from './text-diff.js';
import type { CallKey, TranscriptEntry } from './transcript-entry.js';
import type { Transcripts } from './transcripts.js';

/** Enough to find the same decision of an earlier version; comparing more takes seconds. */
const SEARCHED = 3000;

export function unseenPrompt(transcripts: Transcripts, run: string, key: CallKey): UnseenPrompt {
  const what = key.kind === 'chat' ? 'question' : 'text to embed';
  const head = `replay: expected a recorded ${what} to ${key.model} (${key.modelDigest.slice(0, 20)}), got one that is not in ${transcripts.path}.`;
  const same = nearestParameters(transcripts.samePrompt(key), key);
  if (same) {
    const diff = textDiff(parametersText(same), parametersText(key));
    return new UnseenPrompt(`${head} The same prompt was recorded with other parameters. Use those, or record it.`, same.hash, diff);
  }
  const own = transcripts.ofRun(run).filter(({ kind }) => kind === key.kind);
  const nearest = mostSimilar(own.length > 0 ? own : transcripts.newest(key.kind, SEARCHED), key.prompt);
  if (!nearest) return new UnseenPrompt(`${head} Nothing of this kind was recorded there. Run it in the mode record first.`, undefined, '');
  const diff = textDiff(readable(nearest), readable(key));
  return new UnseenPrompt(`${head} The nearest is ${nearest.hash.slice(0, 12)}, from it to this:`, nearest.hash, diff);
}

function nearestParameters(entries: readonly TranscriptEntry[], key: CallKey): TranscriptEntry | undefined {
  const wanted = parametersText(key).split('\n');
  const changes = (entry: TranscriptEntry): number => {
    const has = new Set(parametersText(entry).split('\n'));
    return wanted.filter((line) => !has.has(line)).length;
  };
  return [...entries].sort((a, b) => changes(a) - changes(b))[0];
}

function parametersText({ parameters, modelDigest, sample }: CallKey): string {
  const lines = Object.entries({ ...parameters, modelDigest, sample }).map(([name, value]) => `${name}: ${JSON.stringify(value)}`);
  return lines.sort().join('\n');
}

/** Dice's coefficient over the words. */
function mostSimilar(entries: readonly TranscriptEntry[], prompt: string): TranscriptEntry | undefined {
  const wanted = wordsOf(prompt);
  let best: TranscriptEntry | undefined;
  let most = -1;
  for (const entry of entries) {
    const has = wordsOf(entry.prompt);
    let both = 0;
    for (const word of has) if (wanted.has(word)) both++;
    const likeness = (2 * both) / (has.size + wanted.size);
    if (likeness > most) {
      most = likeness;
      best = entry;
    }
  }
  return best;
}

const wordsOf = (text: string): Set<string> => new Set(text.match(/[\p{L}\p{N}_.-]+/gu) ?? []);

function readable({ kind, prompt }: CallKey): string {
  if (kind === 'embed') return prompt;
  return (JSON.parse(prompt) as Message[]).map(({ role, content }) => `[${role}]\n${content}`).join('\n');
}
