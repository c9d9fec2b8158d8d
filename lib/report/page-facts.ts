/** Everything a page says in words and numbers, as one plain JSON value that travels in the page. */
import type { Instant } from '../core/index.js';
import type { RunFolder } from '../replay/index.js';
import { type IndexFacts, measureIndex, measureRun, type RunFacts } from './measures.js';
import type { Subject } from './subject.js';

export interface PageFacts {
  readonly title: string;
  readonly writtenAt: Instant;
  /** Level of the intervals of the Sharpe ratio. */
  readonly intervalLevel: number;
  /** The subject first; the others without their months and years. */
  readonly runs: readonly RunFacts[];
  readonly index: IndexFacts | null;
  readonly marks: readonly string[];
  readonly notes: readonly string[];
  /** `share` is null when no decision was recorded. */
  readonly known: { readonly decisions: number; readonly honest: number; readonly readNothing: number; readonly share: number | null };
}

const distinct = (items: readonly string[]): string[] => [...new Set(items)];

function marksOf({ row, spec }: RunFolder): string[] {
  const use = spec.memory?.use ?? 'own';
  return [...row.marks, ...(use === 'own' ? [] : [`memory ${use}: an ablation`]), ...(row.status === 'done' ? [] : ['run not finished'])];
}

/** Marks and notes are those of every run on the page. */
export function pageFacts(runs: readonly RunFolder[], subject: Subject, title: string | undefined, writtenAt: Instant): PageFacts {
  const facts = runs.map((run) => measureRun(run, runs));
  const first = facts[0]!;
  const { decisions, honest, readNothing, recalls } = subject;
  return {
    title: title ?? `${first.label} on ${first.symbolCount > 3 ? `${first.symbolCount} instruments` : first.symbols}`,
    writtenAt,
    intervalLevel: 0.95,
    runs: facts.map((run, i) => (i === 0 ? run : { ...run, performance: { ...run.performance, months: [], years: [] } })),
    index: measureIndex(first, runs[0]!),
    marks: distinct([...runs.flatMap(marksOf), ...(recalls.degraded > 0 ? [`memory degraded in ${recalls.degraded} decisions`] : [])]),
    notes: distinct(runs.flatMap((run) => run.row.notes)),
    known: { decisions, honest, readNothing, share: decisions === 0 ? null : honest / decisions },
  };
}
