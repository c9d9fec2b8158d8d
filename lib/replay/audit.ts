/**
 * The leak audit of a run. Two questions: does any row hold something known after its decision, and do the decisions stay the same,
 * byte for byte, when everything after a cut is taken away from the data (freqtrade's lookahead-analysis, on whole rows)?
 */

import { createHash } from 'node:crypto';
import { createReadStream, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type Clock, dayOf } from '../core/index.js';
import { type MarketData, sliceData } from '../feeds/index.js';
import type { ReplayEffects, ReplayResult } from './result.js';
import type { DecisionRow, OutcomeRow, RunRow } from './rows.js';
import { parseSpec, type ReplaySpecInput } from './spec.js';

export interface AuditCut {
  /** Last session that the re-run could see. */
  readonly session: string;
  readonly rows: number;
  readonly identical: boolean;
}

export interface Audit {
  readonly v: 1;
  readonly verdict: 'clean' | 'leak';
  readonly decisions: number;
  /** Rows whose maxKnownAt, or any evidence, lies after decidedAt. */
  readonly lateReads: number;
  readonly outcomes: number;
  /** Outcomes that claim to have matured before their decision or without their horizon having passed. */
  readonly earlyOutcomes: number;
  readonly cuts: readonly AuditCut[];
}

/** Where the data is cut: after a third and two thirds of the run's sessions. */
const CUTS = [1 / 3, 2 / 3];

/** Audits a finished run; its text is the same for equal runs. */
export async function auditRun(input: {
  folder: string;
  row: RunRow;
  data: MarketData;
  effects: ReplayEffects;
  /** Runs a spec; passed in because the run itself calls the audit, and the kernel can't load a ring of files. */
  replay: (spec: ReplaySpecInput, effects: ReplayEffects) => Promise<ReplayResult>;
}): Promise<{ audit: Audit; text: string }> {
  const { folder, row, data, effects, replay } = input;
  const spec = parseSpec(row.spec);
  const sessions: string[] = [];
  let decisions = 0;
  let lateReads = 0;
  const decidedAt = new Map<string, number>();
  for await (const decision of rowsOf<DecisionRow>(join(folder, 'decisions.jsonl'))) {
    decisions++;
    if (sessions[sessions.length - 1] !== decision.session) sessions.push(decision.session);
    decidedAt.set(decision.id, decision.decidedAt);
    if ((decision.maxKnownAt ?? 0) > decision.decidedAt || decision.evidence.some((ref) => ref.knownAt > decision.decidedAt)) lateReads++;
  }
  let outcomes = 0;
  let earlyOutcomes = 0;
  for await (const outcome of rowsOf<OutcomeRow>(join(folder, 'outcomes.jsonl'))) {
    outcomes++;
    if (outcome.maturesAt <= (decidedAt.get(outcome.decision) ?? Number.POSITIVE_INFINITY)) earlyOutcomes++;
  }
  const cuts: AuditCut[] = [];
  for (const part of CUTS) {
    const session = sessions[Math.floor((sessions.length - 1) * part)];
    if (session === undefined || session === sessions[sessions.length - 1]) continue;
    cuts.push(await cutRun(session));
  }
  const clean = lateReads === 0 && earlyOutcomes === 0 && cuts.every((cut) => cut.identical);
  const audit: Audit = { v: 1, verdict: clean ? 'clean' : 'leak', decisions, lateReads, outcomes, earlyOutcomes, cuts };
  return { audit, text: `${JSON.stringify(audit, null, 2)}\n` };

  /** Runs the same spec on data that ends with `session`, and compares its decision rows with the first rows of the whole run. */
  async function cutRun(session: string): Promise<AuditCut> {
    const scratch = mkdtempSync(join(folder, 'audit-'));
    try {
      const cut = await replay(
        { ...spec, data: data.source, to: session, horizons: spec.memory === undefined ? [] : [spec.memory.horizon] },
        {
          ...effects,
          data: sliceData(data, { symbols: data.instruments.map((known) => known.symbol), to: dayOf(session) }),
          resultsDir: scratch,
          audit: false,
          clock: still(effects.clock),
          progress: undefined,
          signal: undefined,
        },
      );
      const [whole, short] = [createHash('sha256'), createHash('sha256')];
      let rows = 0;
      const seen = rowsOf<DecisionRow>(join(folder, 'decisions.jsonl'));
      for await (const row of seen) {
        if (row.session > session) break;
        whole.update(comparable(row));
      }
      for await (const row of rowsOf<DecisionRow>(join(cut.folder, 'decisions.jsonl'))) {
        short.update(comparable(row));
        rows++;
      }
      return { session, rows, identical: whole.digest('hex') === short.digest('hex') };
    } finally {
      rmSync(scratch, { recursive: true, force: true });
    }
  }
}

/**
 * A row without its id: the cut run is another configuration (its span ends earlier), so its ids differ and nothing else may. The
 * names of remembered rows hang on those ids; when they were known does not.
 */
const comparable = ({ id: _id, evidence, ...row }: DecisionRow): string =>
  JSON.stringify({ ...row, evidence: evidence.map((ref) => (ref.kind === 'memory' ? { ...ref, id: '' } : ref)) });

/** The same clock reading throughout: an audit's re-run leaves no time of its own behind. */
const still = (clock: Clock): Clock => {
  const at = clock.now();
  return { now: () => at };
};

async function* rowsOf<T>(path: string): AsyncIterable<T> {
  const lines = createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY });
  try {
    for await (const line of lines) if (line !== '') yield JSON.parse(line) as T;
  } finally {
    lines.close();
  }
}
