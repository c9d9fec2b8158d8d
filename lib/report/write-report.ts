/** Writes the report of a run: one HTML file that opens from disk, with figures, provenance and the rows to verify it by. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Clock, writeFileAtomic } from '../core/index.js';
import type { MarketData } from '../feeds/index.js';
import type { RunFolder } from '../replay/index.js';
import { barsOf } from './bars-of.js';
import { ReportError } from './errors.js';
import { type Detail, figureSet } from './figure-set.js';
import { type PageFacts, pageFacts } from './page-facts.js';
import { pageHtml } from './page-html.js';
import { gatherSubject } from './subject.js';
import { pageTemplate } from './template.js';

export interface ReportInput {
  /** The subject first, then the runs it is compared with. */
  readonly runs: readonly RunFolder[];
  /** The HTML file to write, such as `results/<run>/report.html`. */
  readonly out: string;
  readonly clock: Clock;
  /** The label of the subject otherwise. */
  readonly title?: string;
  /** The bars of the subject; loaded by its spec when absent. */
  readonly data?: MarketData;
}

export interface ReportResult {
  readonly file: string;
  readonly bytes: number;
  /** Every number that the page says in words, and the table of runs. */
  readonly facts: PageFacts;
}

const LIMIT_BYTES = 2_000_000;
/** Tried in turn until the page is small enough. */
const DETAILS: readonly Detail[] = [
  { points: 5000, symbols: 12, trades: 5000 },
  { points: 5000, symbols: 6, trades: 1500 },
  { points: 2500, symbols: 4, trades: 500 },
  { points: 1000, symbols: 2, trades: 200 },
];

/** Reads the runs and writes the page atomically. Throws ReportError when no run is given, none has sessions, or the page can't be made. */
export function writeReport({ runs, out, clock, title, data }: ReportInput): ReportResult {
  const run = runs[0];
  const empty = runs.find((r) => r.equity.day.length === 0);
  if (!run || empty) {
    throw new ReportError(
      `writeReport: expected runs with sessions, got ${empty ? `none in ${empty.folder}` : 'no run'}. Replay one first.`,
    );
  }
  const bars = data ? { data } : barsOf(run);
  const subject = gatherSubject(run, 'data' in bars ? bars.data : undefined);
  const missing = 'missing' in bars ? bars.missing : null;
  const facts = pageFacts(runs, subject, title, clock.now());
  const auditFile = join(run.folder, 'audit.json');
  const audit: unknown = existsSync(auditFile) ? JSON.parse(readFileSync(auditFile, 'utf8')) : null;
  const template = pageTemplate();
  for (const detail of DETAILS) {
    const page = pageHtml({ template, runs, subject, facts, figures: figureSet(runs, subject, detail), audit, missing });
    const bytes = Buffer.byteLength(page);
    if (bytes > LIMIT_BYTES) continue;
    writeFileAtomic(out, page);
    return { file: out, bytes, facts };
  }
  throw new ReportError(`writeReport: expected a page under ${LIMIT_BYTES} bytes, got more at the least detail. Compare fewer runs.`);
}
