/** The transcripts: every call of a model and what came of it, in one SQLite file that all runs and processes share. */
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { canonicalJson, sha256 } from '../core/index.js';
import { inTransaction, openSqlite, preparedStatements, sqliteCode } from '../jobs/index.js';
import type { Spent } from './budget.js';
import { TranscriptError } from './errors.js';
import { RULE } from './rule-provider.js';
import { type CallKey, entryId, type NewEntry, type TranscriptEntry } from './transcript-entry.js';

/** Raised with every change that older code can't read. */
const VERSION = 1;
const LOCK_WAIT_MS = 10_000;

const TABLES = `
  create table if not exists call (
    seq integer primary key autoincrement,
    id text not null unique, hash text not null,
    kind text not null, prompt_hash text not null, prompt text not null, parameters text not null,
    model text not null, model_digest text not null, sample integer not null,
    outcome text not null, failed integer not null,
    cost_micro_yuan integer not null, milliseconds integer not null, created_at integer not null
  ) strict;
  create index if not exists call_hash on call (hash, seq);
  create index if not exists call_prompt on call (prompt_hash);
  create index if not exists call_model on call (model, model_digest);
  create table if not exists run_call (run text not null, hash text not null, seq integer not null, asked integer not null, primary key (run, hash)) strict, without rowid;
`;

/** Which entries may answer a call. */
export interface Lookup {
  readonly run: string;
  /** Entries of other runs too, where this one has none. */
  readonly others: boolean;
  /** Failures too: a replay fails where the run failed. */
  readonly failures: boolean;
}

export class Transcripts {
  readonly path: string;
  readonly #db: DatabaseSync;
  readonly #sql: (text: string) => StatementSync;

  /** Opens the file, or begins it. Throws TranscriptError for a file that is no such store, or newer than this code. */
  constructor(path: string) {
    this.path = path;
    mkdirSync(dirname(path), { recursive: true });
    const newer = (version: number) =>
      new TranscriptError(`transcripts: expected version ${VERSION} in ${path}, got ${version}. Update Hindcast.`);
    this.#db = this.#guarded(() => openSqlite(path, { lockWaitMs: LOCK_WAIT_MS, version: VERSION, tables: TABLES, newer }));
    this.#sql = preparedStatements(this.#db);
  }

  /** The entry that answers a call: what this run got for it, else the first that any run got. */
  find(hash: string, { run, others, failures }: Lookup): TranscriptEntry | undefined {
    const own = this.#rows('select c.* from run_call r join call c on c.seq = r.seq where r.run = ? and r.hash = ?', run, hash)[0];
    if (own && (failures || own['failed'] === 0)) return entryOf(own);
    if (!others) return undefined;
    const row = this.#rows('select * from call where hash = ? and failed <= ? order by failed, seq limit 1', hash, failures ? 1 : 0)[0];
    return row && entryOf(row);
  }

  /**
   * Keeps an entry, and that `run` got it; back only when it lies on the disk. The same call with the same outcome is one entry,
   * whoever had it first.
   */
  keep(run: string, entry: NewEntry): TranscriptEntry {
    return this.#write(() => this.#keep(run, entry, 1));
  }

  /** That `run` got an entry which is there already. */
  used(run: string, { hash, id }: TranscriptEntry): void {
    this.#guarded(() => {
      if (
        this.#rows('select 1 from run_call r join call c on c.seq = r.seq where r.run = ? and r.hash = ? and c.id = ?', run, hash, id)
          .length > 0
      )
        return;
      this.#write(() => this.#link(run, hash, id, 0));
    });
  }

  /** That `run` got what it got for a call is forgotten; the entry stays. */
  forget(run: string, hash: string): void {
    if (this.#rows('select 1 from run_call where run = ? and hash = ?', run, hash).length === 0) return;
    this.#write(() => this.#sql('delete from run_call where run = ? and hash = ?').run(run, hash));
  }

  /** Digests under which a model was recorded: by `run` where it is given, else by all. */
  digestsOf(model: string, run?: string): string[] {
    const rows =
      run === undefined
        ? this.#rows('select distinct model_digest from call where model = ? order by 1', model)
        : this.#rows(
            'select distinct c.model_digest from run_call r join call c on c.seq = r.seq where r.run = ? and c.model = ? order by 1',
            run,
            model,
          );
    return rows.map((row) => row['model_digest'] as string);
  }

  /** Entries with the same prompt, asked in another way. */
  samePrompt(key: CallKey): TranscriptEntry[] {
    return this.#rows('select * from call where prompt_hash = ? and kind = ? order by seq limit 20', sha256(key.prompt), key.kind).map(
      entryOf,
    );
  }

  /** The newest entries of a kind. */
  newest(kind: CallKey['kind'], count: number): TranscriptEntry[] {
    return this.#rows('select * from call where kind = ? order by seq desc limit ?', kind, count).map(entryOf);
  }

  /** What a run got, by hash: the same for the same calls, in whatever order they were made. */
  ofRun(run: string): TranscriptEntry[] {
    return this.#rows('select c.* from run_call r join call c on c.seq = r.seq where r.run = ? order by c.hash', run).map(entryOf);
  }

  /**
   * What `run` itself asked servers for, whatever it was at when it ended: the budget with which it goes on. A call that failed before
   * it succeeded counts once, a batch of vectors by its texts.
   */
  spentBy(run: string): Spent {
    const [row] = this.#rows(
      `select count(*) calls, coalesce(sum(c.cost_micro_yuan), 0) micro_yuan, coalesce(sum(c.milliseconds), 0) milliseconds,
        coalesce(sum(coalesce(json_extract(c.outcome, '$.answer.usage.promptTokens'), json_extract(c.outcome, '$.promptTokens'))), 0) prompt,
        coalesce(sum(json_extract(c.outcome, '$.answer.usage.completionTokens')), 0) completion
      from run_call r join call c on c.seq = r.seq where r.run = ? and r.asked = 1 and c.model <> ?`,
      run,
      RULE,
    );
    const of = (name: string): number => row![name] as number;
    return {
      calls: of('calls'),
      promptTokens: of('prompt'),
      completionTokens: of('completion'),
      microYuan: of('micro_yuan'),
      milliseconds: of('milliseconds'),
    };
  }

  /** Keeps all of `entries`, or none. */
  keepAll(run: string, entries: readonly NewEntry[]): void {
    this.#write(() => {
      for (const entry of entries) this.#keep(run, entry, 0);
    });
  }

  close(): void {
    if (this.#db.isOpen) this.#db.close();
  }

  #keep(run: string, entry: NewEntry, asked: 0 | 1): TranscriptEntry {
    const id = entryId(entry.hash, entry.outcome);
    this.#sql(
      'insert or ignore into call (id, hash, kind, prompt_hash, prompt, parameters, model, model_digest, sample, outcome, failed, cost_micro_yuan, milliseconds, created_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
    ).run(
      id,
      entry.hash,
      entry.kind,
      sha256(entry.prompt),
      entry.prompt,
      canonicalJson(entry.parameters),
      entry.model,
      entry.modelDigest,
      entry.sample,
      canonicalJson(entry.outcome),
      'failure' in entry.outcome ? 1 : 0,
      entry.costMicroYuan,
      entry.milliseconds,
      entry.createdAt,
    );
    this.#link(run, entry.hash, id, asked);
    return entryOf(this.#rows('select * from call where id = ?', id)[0]!);
  }

  #link(run: string, hash: string, id: string, asked: 0 | 1): void {
    this.#sql(
      'insert into run_call (run, hash, seq, asked) select ?, ?, seq, ? from call where id = ? on conflict (run, hash) do update set seq = excluded.seq, asked = max(asked, excluded.asked)',
    ).run(run, hash, asked, id);
  }

  #rows(text: string, ...values: (string | number)[]): Record<string, unknown>[] {
    return this.#guarded(() => this.#sql(text).all(...values) as Record<string, unknown>[]);
  }

  #write<T>(work: () => T): T {
    return this.#guarded(() => inTransaction(this.#db, work));
  }

  #guarded<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      if (sqliteCode(error) === undefined) throw error;
      const said = (error as Error).message;
      throw new TranscriptError(
        `transcripts: expected to use ${this.path}, got "${said}". Look at free space, permissions and other processes; a damaged file can be moved away, and what packs hold imported again.`,
        { cause: error },
      );
    }
  }
}

function entryOf(row: Record<string, unknown>): TranscriptEntry {
  return {
    id: row['id'] as string,
    hash: row['hash'] as string,
    kind: row['kind'] as CallKey['kind'],
    prompt: row['prompt'] as string,
    parameters: JSON.parse(row['parameters'] as string) as TranscriptEntry['parameters'],
    model: row['model'] as string,
    modelDigest: row['model_digest'] as string,
    sample: row['sample'] as number,
    outcome: JSON.parse(row['outcome'] as string) as TranscriptEntry['outcome'],
    costMicroYuan: row['cost_micro_yuan'] as number,
    milliseconds: row['milliseconds'] as number,
    createdAt: row['created_at'] as number,
  };
}
