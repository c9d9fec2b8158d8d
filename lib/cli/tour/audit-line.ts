/** The leak audit of a run in one sentence, from its audit.json. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

interface AuditFile {
  readonly verdict: 'clean' | 'leak';
  readonly decisions: number;
  readonly lateReads: number;
  readonly cuts: readonly { readonly session: string; readonly rows: number; readonly identical: boolean }[];
}

export function auditLine(folder: string): { verdict: string; text: string } {
  const { verdict, decisions, lateReads, cuts } = JSON.parse(readFileSync(join(folder, 'audit.json'), 'utf8')) as AuditFile;
  const differing = cuts.filter((cut) => !cut.identical);
  const listed = (values: readonly (string | number)[]) => values.join(' and ');
  const after =
    differing.length === 0
      ? `the ${listed(cuts.map((cut) => cut.rows))} decisions before came out the same`
      : `decisions before ${listed(differing.map((cut) => cut.session))} came out differently`;
  const text = `${lateReads} of ${decisions} decisions rest on anything known later; with the data cut off after ${listed(cuts.map((cut) => cut.session))}, ${after}`;
  return { verdict, text };
}
