/**
 * The trial ledger, results/trials.jsonl: every backtest, sweep point and training evaluation that searched for something, so that the
 * best of them can be judged by how many there were. Append-only; several processes may write at once.
 */
import { closeSync, existsSync, fstatSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { type Clock, hashOf, sha256 } from '../core/index.js';
import { appendBytes, appendLine, readRange } from './append.js';
import { LedgerError, StatsError } from './errors.js';
import { deviation, isFlat, mean, shape } from './moments.js';
import { type TrialFamily, type TrialRow, trialSchema } from './trial-row.js';

/** A line that is no trial: torn by a killed process, or edited. It stays in the file and counts for nothing. */
export interface DamagedLine {
  readonly line: number;
  readonly problem: string;
}

export interface TrialLedger {
  readonly resultsDir: string;
  readonly path: string;
  /** All sound rows in file order, as of the last read. */
  readonly rows: readonly TrialRow[];
  /** To be shown to the user: never fatal. */
  readonly damaged: readonly DamagedLine[];
  /** Reads what was appended since, by whichever process. */
  refresh(): void;
}

export interface NewTrial {
  readonly kind: TrialRow['kind'];
  readonly family: TrialFamily;
  readonly configHash: string;
  readonly seed: number | null;
  /** Folder name under the results folder. */
  readonly run: string;
  /** Simple returns per period over the whole universe, finite. */
  readonly returns: ArrayLike<number>;
}

export interface RecordedTrial {
  readonly trial: TrialRow;
  /** False when it was on record already. */
  readonly added: boolean;
}

/** `merge`: the seeds of a configuration are replicates, the first recorded stands for all; `count`: the best seed was picked, so each is a trial. */
export type Replicates = 'merge' | 'count';

/** The ledger of a results folder; the file need not exist yet. */
export function openTrials(resultsDir: string): TrialLedger {
  const path = join(resultsDir, 'trials.jsonl');
  const rows: TrialRow[] = [];
  const damaged: DamagedLine[] = [];
  let [offset, line] = [0, 0];
  let tornAt = -1;
  const refresh = (): void => {
    if (!existsSync(path)) return;
    const file = openSync(path, 'r');
    let bytes: Buffer;
    try {
      bytes = readRange(file, offset, fstatSync(file).size);
    } finally {
      closeSync(file);
    }
    // A tail without its newline may yet be closed by the next writer: it is reported now and read again then.
    if (tornAt >= 0) damaged.splice(tornAt, 1);
    tornAt = -1;
    let from = 0;
    for (let end = bytes.indexOf(10, from); end >= 0; end = bytes.indexOf(10, from)) {
      line++;
      take(bytes.toString('utf8', from, end), line);
      from = end + 1;
    }
    offset += from;
    if (from < bytes.length) tornAt = damaged.push({ line: line + 1, problem: 'torn: it does not end in a newline' }) - 1;
  };
  const take = (text: string, number: number): void => {
    if (text === '') return;
    const parsed = trialSchema.safeParse(parseOrUndefined(text));
    const before = rows[rows.length - 1];
    // A universe may be long, and a search records thousands of trials of one: it is held once.
    if (parsed.success && before && sameFamily(before.family, parsed.data.family)) parsed.data.family = before.family;
    if (parsed.success) rows.push(parsed.data);
    else damaged.push({ line: number, problem: `no trial@1 row: ${text.slice(0, 60)}` });
  };
  refresh();
  return { resultsDir, path, rows, damaged, refresh };
}

/** JSON or undefined: what can't be parsed is reported as a damaged line by the caller. */
function parseOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * Records a trial: its returns are appended to results/<run>/returns.bin, then its row to the ledger. The same configuration, seed and
 * returns in the same family are on record already: nothing is written and `added` is false. Throws StatsError on returns that are not finite.
 */
export const recordTrial = (ledger: TrialLedger, trial: NewTrial, clock: Clock): RecordedTrial => recordTrials(ledger, [trial], clock)[0]!;

/** Records trials of one run together: one write for their returns and one for their rows. Throws as {@link recordTrial} does, with nothing written. */
export function recordTrials(ledger: TrialLedger, trials: readonly NewTrial[], clock: Clock): RecordedTrial[] {
  if (trials.length === 0) return [];
  ledger.refresh();
  const known = new Map(ledger.rows.map((row) => [row.id, row] as const));
  const { run } = trials[0]!;
  const fresh = new Map<string, { trial: NewTrial; bytes: Uint8Array; returns: Float64Array; returnsHash: string }>();
  const ids = trials.map((trial) => {
    const returns = new Float64Array(trial.returns);
    const bad = returns.findIndex((r) => !Number.isFinite(r));
    if (bad >= 0) throw new StatsError(`recordTrial: expected finite returns, got ${returns[bad]} at ${bad}. Record only runs that ended.`);
    if (trial.run !== run)
      throw new StatsError(`recordTrials: expected trials of one run, got ${run} and ${trial.run}. Record them apart.`);
    const bytes = new Uint8Array(returns.buffer);
    const returnsHash = sha256(bytes);
    const id = hashOf({ family: trial.family, configHash: trial.configHash, seed: trial.seed, returnsHash });
    if (!known.has(id)) fresh.set(id, { trial, bytes, returns, returnsHash });
    return id;
  });
  if (fresh.size > 0) {
    const all = [...fresh.values()];
    let offset = appendBytes(join(ledger.resultsDir, run, 'returns.bin'), Buffer.concat(all.map(({ bytes }) => bytes)));
    const lines: string[] = [];
    for (const [id, { trial, bytes, returns, returnsHash }] of fresh) {
      const row = rowOf(id, trial, returns, returnsHash, offset, clock);
      known.set(id, row);
      lines.push(JSON.stringify(row));
      offset += bytes.length;
    }
    appendLine(ledger.path, lines.join('\n'));
    ledger.refresh();
  }
  return ids.map((id) => ({ trial: known.get(id)!, added: fresh.delete(id) }));
}

function rowOf(id: string, trial: NewTrial, returns: Float64Array, returnsHash: string, returnsOffset: number, clock: Clock): TrialRow {
  const { kind, family, configHash, seed, run } = trial;
  const centre = mean(returns);
  const spread = deviation(returns);
  const flat = returns.length < 2 || isFlat(centre, spread);
  const moments = flat ? null : shape(returns);
  return {
    schema: 'trial@1',
    id,
    at: clock.now(),
    kind,
    family,
    configHash,
    seed,
    run,
    sharpePerPeriod: flat ? null : centre / spread,
    periods: returns.length,
    skew: moments?.skew ?? null,
    kurtosis: moments?.kurtosis ?? null,
    returnsFile: `${run}/returns.bin`,
    returnsOffset,
    returnsLength: returns.length,
    returnsHash,
  };
}

/**
 * The trials of a family, one a configuration, oldest first. A configuration and seed recorded again (other code, other returns) is the
 * same trial: its newest row holds.
 */
export function familyTrials(ledger: TrialLedger, family: TrialFamily, replicates: Replicates = 'merge'): TrialRow[] {
  ledger.refresh();
  const bySeed = new Map<string, TrialRow>();
  for (const row of ledger.rows) if (sameFamily(row.family, family)) bySeed.set(`${row.configHash}/${row.seed}`, row);
  if (replicates === 'count') return [...bySeed.values()];
  const byConfig = new Map<string, TrialRow>();
  for (const row of bySeed.values()) if (!byConfig.has(row.configHash)) byConfig.set(row.configHash, row);
  return [...byConfig.values()];
}

const sameFamily = (a: TrialFamily, b: TrialFamily): boolean =>
  a.universe === b.universe && a.window === b.window && a.hypothesis === b.hypothesis;

/** How many configurations a family has tried. */
export const trialCount = (ledger: TrialLedger, family: TrialFamily, replicates: Replicates = 'merge'): number =>
  familyTrials(ledger, family, replicates).length;

/** The returns behind a row. Throws LedgerError when the file is gone or holds other bytes. */
export function trialReturns(ledger: TrialLedger, row: TrialRow): Float64Array {
  const path = join(ledger.resultsDir, row.returnsFile);
  if (!existsSync(path)) throw new LedgerError(`trialReturns: expected ${path}, got no such file. Restore the run's folder.`);
  const file = openSync(path, 'r');
  try {
    const bytes = readRange(file, row.returnsOffset, row.returnsOffset + row.returnsLength * 8);
    if (sha256(bytes) !== row.returnsHash) {
      throw new LedgerError(`trialReturns: expected the returns of trial ${row.id} in ${path}, got other bytes. Restore the run's folder.`);
    }
    // A copy of its own: a Buffer need not begin where a float may.
    const returns = new Float64Array(row.returnsLength);
    new Uint8Array(returns.buffer).set(bytes);
    return returns;
  } finally {
    closeSync(file);
  }
}
