/** Whether what a role cites was shown to it: handles that exist, numbers that stand there. What is made up is counted. */
import type { EvidenceRef } from '../core/index.js';
import type { Reason } from './answers.js';
import { render } from './fragment.js';
import { isFigure, isFigureIn, numbersIn } from './numbers.js';
import type { Prompt } from './prompt.js';

/** Plain JSON, in a role's entry of the decision's row. */
export interface Cited {
  /** Evidence named, and how much of it was never shown. */
  readonly evidence: number;
  readonly invented: number;
  /** Numbers named, and how many of them stand nowhere in what was shown. */
  readonly figures: number;
  readonly unfounded: number;
}

export const nothingCited: Cited = { evidence: 0, invented: 0, figures: 0, unfounded: 0 };

const HANDLES = /^\[([^\]]+)\]/gm;
const shownIn = (prompt: Prompt): string =>
  prompt.fragments
    .filter(({ kind }) => kind !== 'template' && kind !== 'card')
    .map((one) => render(one))
    .join('\n');

export function citedIn(reasons: readonly Reason[], prompt: Prompt): Cited {
  if (reasons.length === 0) return nothingCited;
  const shown = shownIn(prompt);
  const handles = new Set([...shown.matchAll(HANDLES)].map((found) => found[1]!));
  // The handles' own digits are no figures.
  const known = numbersIn(shown.replace(HANDLES, ''));
  const figures = reasons
    .flatMap(({ figure, says }) => [...(figure === null ? [] : [figure]), ...numbersIn(says.replace(/\[?\b[BPNM]\d{1,2}\b\]?/g, ''))])
    .filter(isFigure);
  return {
    evidence: reasons.length,
    invented: reasons.filter(({ evidence }) => !handles.has(evidence)).length,
    figures: figures.length,
    unfounded: figures.filter((value) => !isFigureIn(value, known)).length,
  };
}

/** FabricatedEvidenceRate: the share of all evidence and numbers named that was never shown; null where nothing was named. */
export function fabricatedEvidenceRate(all: readonly Cited[]): number | null {
  const named = all.reduce((sum, { evidence, figures }) => sum + evidence + figures, 0);
  return named === 0 ? null : all.reduce((sum, { invented, unfounded }) => sum + invented + unfounded, 0) / named;
}

/** The evidence behind a prompt, by the ids of the record; readings and lessons one by one. */
export function evidenceOf(prompts: readonly Prompt[]): EvidenceRef[] {
  const found = new Map<string, EvidenceRef>();
  const add = (kind: EvidenceRef['kind'], id: string, knownAt: number): void => void found.set(`${kind}|${id}`, { kind, id, knownAt });
  for (const { kind, id, knownAt, content } of prompts.flatMap(({ fragments }) => fragments)) {
    if (kind === 'bars') add('bars', id, knownAt);
    if (kind === 'portfolio') add('portfolio', `portfolio@${knownAt}`, knownAt);
    if (kind === 'readings') for (const one of content as readonly { id: string; knownAt: number }[]) add('news', one.id, one.knownAt);
    if (kind === 'memory') for (const one of content as readonly { id: string; knownAt: number }[]) add('memory', one.id, one.knownAt);
  }
  // By date before id: ids of memory hang on the run, and a re-run must give the same order.
  return [...found.values()].sort(
    (a, b) => (a.kind < b.kind ? -1 : a.kind > b.kind ? 1 : 0) || a.knownAt - b.knownAt || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0),
  );
}
