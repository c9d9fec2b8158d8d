/** Fences around text from outside: delimiters that its writer can't guess and a replay finds again. */
import { createHmac } from 'node:crypto';

/**
 * `secret`: of the run, kept in its record. `place`: what the decision is about and when (its instant and symbol), never the run's
 * name, so that a re-run on cut data asks the same.
 */
export const fenceWord = (secret: string, place: string): string => createHmac('sha256', secret).update(place).digest('hex').slice(0, 20);

/** `text` must be normalised. What looks like a fence inside it is blunted. */
export function fenced(text: string, handle: string, word: string): string {
  const blunt = text.split(word).join('').replace(/<{2,}/g, '<').replace(/>{2,}/g, '>');
  return `<<<${word} ${handle}\n${blunt}\n${word}>>>`;
}
