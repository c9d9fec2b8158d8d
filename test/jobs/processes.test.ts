/** The ledger under several processes: one holder at a time, pauses, kills, a page that is read while it is written, bad files. */
import { openSync, readdirSync, readFileSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { configureLog, randomBelow, randomInit, systemClock } from '../../lib/core/index.js';
import { LedgerLockedError, openLedger, readCheckpointPage, TaskHeldError } from '../../lib/jobs/index.js';
import { child, scratch } from './support.js';

const clock = systemClock();
const squares = { kind: 'squares', run: 'r', steps: 100 };
const until = async (holds: () => boolean): Promise<void> => {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 20));
};

test('six processes open a new ledger at once and want one task: one gets it, five are told who has it', async () => {
  const dir = scratch();
  const all = Array.from({ length: 6 }, () => child('hold', dir));
  const said = await Promise.all(all.map((one) => one.says(/^(started|held)$/)));
  expect(said.filter((line) => line === 'started')).toHaveLength(1);
  const ledger = openLedger(dir, { clock });
  expect(() => ledger.start(squares)).toThrow(TaskHeldError);
  for (const one of all) one.process.stdin!.end();
  const codes = await Promise.all(all.map((one) => one.ended));
  expect(codes.map((code) => code ?? -1).sort()).toEqual([0, 3, 3, 3, 3, 3]);
  expect(ledger.tasks()).toMatchObject([{ state: 'done', attempts: 1 }]);
  ledger.close();
});

test('a paused process that wakes up after its lease went to another cannot commit', async () => {
  const dir = scratch();
  const worker = child('squares', dir, { steps: 100_000, leaseMs: 2_000, heartbeatMs: 100, pauseMs: 1 });
  await worker.says(/^new 5$/);
  const ledger = openLedger(dir, { clock });
  expect(() => ledger.start({ ...squares, steps: 100_000 })).toThrow(TaskHeldError);
  worker.process.kill('SIGSTOP');
  await until(() => ledger.tasks()[0]!.state === 'interrupted');
  const mine = ledger.start({ ...squares, steps: 100_000 });
  const before = ledger.outputs(mine.id).length;
  expect(before).toBeGreaterThan(5);
  worker.process.kill('SIGCONT');
  expect(await worker.ended).toBe(3);
  expect(worker.lines.at(-1)).toBe('lost');
  expect(ledger.outputs(mine.id)).toHaveLength(before);
  mine.finish('done');
  ledger.close();
});

test('killed 25 times at random moments: no acknowledged output lost, none doubled, and the task ends', async () => {
  const dir = scratch();
  const steps = 1500;
  const random = randomInit(20_260_101);
  const acknowledged = new Set<number>();
  const watcher = openLedger(dir, { clock });
  let killedAtWork = 0;
  let repeated = 0;
  for (let life = 0; life < 25; life++) {
    const worker = child('squares', dir, { steps, pauseMs: 1 });
    // One life in five ends while it opens the ledger or takes the task; the others at work.
    if (life % 5 === 4) await worker.says(/^ready/);
    else await worker.says(/^(new|again) /);
    await new Promise((resolve) => setTimeout(resolve, randomBelow(random, 60)));
    worker.process.kill('SIGKILL');
    expect(await worker.ended).toBe(null);
    for (const line of worker.lines) {
      const [word, i] = line.split(' ');
      if (word === 'new') {
        expect(acknowledged.has(Number(i))).toBe(false);
        acknowledged.add(Number(i));
      } else if (word === 'again') repeated++;
    }
    if (worker.lines.some((line) => /^(new|again) /.test(line))) killedAtWork++;
    const [task] = watcher.tasks();
    const stored = watcher.outputs(task!.id);
    const keys = new Set(stored.map(({ key }) => key));
    expect(keys.size).toBe(stored.length);
    expect([...acknowledged].filter((i) => !keys.has(`square-${i}`))).toEqual([]);
    // Dead, so not running: without waiting for its lease to end.
    expect(task!.state).toBe('interrupted');
  }
  expect(killedAtWork).toBeGreaterThanOrEqual(20);
  expect(repeated).toBeGreaterThan(0);
  const last = child('squares', dir, { steps });
  expect(await last.ended).toBe(0);
  expect(last.lines.at(-1)).toBe('end');
  const [task] = watcher.tasks();
  expect(task).toMatchObject({ state: 'done', step: steps, progress: 1 });
  expect(task!.attempts).toBeGreaterThanOrEqual(21);
  expect(watcher.outputs(task!.id).map(({ value }) => value)).toEqual(Array.from({ length: steps }, (_, i) => ({ i, square: i * i })));
  expect(readCheckpointPage(dir, clock).tasks).toMatchObject([{ state: 'done', progress: 1 }]);
  watcher.close();
}, 180_000);

test('SIGTERM ends a task as interrupted, and the next start goes on from its checkpoint', async () => {
  const dir = scratch();
  const first = child('squares', dir, { steps: 100_000, pauseMs: 1 });
  await first.says(/^new 12$/);
  first.process.kill('SIGTERM');
  expect(await first.ended).toBe(0);
  const ledger = openLedger(dir, { clock });
  expect(ledger.tasks()).toMatchObject([{ state: 'interrupted', owner: null }]);
  const task = ledger.start({ ...squares, steps: 100_000 });
  expect(task.step).toBeGreaterThanOrEqual(10);
  expect(task.checkpoint()).toEqual({ step: task.step, state: { next: task.step } });
  task.finish('interrupted');
  ledger.close();
});

test('cancel reaches a worker in another process', async () => {
  const dir = scratch();
  const worker = child('squares', dir, { steps: 100_000, pauseMs: 1 });
  await worker.says(/^new 3$/);
  const ledger = openLedger(dir, { clock });
  expect(ledger.cancel(1)).toMatchObject({ state: 'running', cancelRequested: true });
  expect(await worker.ended).toBe(0);
  expect(ledger.task(1)).toMatchObject({ state: 'cancelled', cancelRequested: false });
  ledger.close();
});

test('read without pause while two processes write, the page always parses and never departs from the ledger', async () => {
  const dir = scratch();
  const ledger = openLedger(dir, { clock });
  const steps = 600;
  const workers = ['a', 'b'].map((run) => child('squares', dir, { run, steps, pauseMs: 1 }));
  let open = workers.length;
  for (const worker of workers) void worker.ended.then(() => open--);
  const seen = { a: 0, b: 0 } as Record<string, number>;
  const pages = new Set<number>();
  while (open > 0) {
    for (let i = 0; i < 50; i++) {
      const page = readCheckpointPage(dir, clock);
      pages.add(page.written);
      const now = new Map(ledger.tasks().map((task) => [task.run, task]));
      for (const entry of page.tasks) {
        // Read before the ledger: never ahead of it, and never behind what an earlier page said.
        expect(entry.step).toBeLessThanOrEqual(now.get(entry.run)!.step);
        expect(entry.step).toBeGreaterThanOrEqual(seen[entry.run]!);
        seen[entry.run] = entry.step;
      }
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
  const page = readCheckpointPage(dir, clock);
  expect(page.tasks).toEqual(
    ledger.tasks().map(({ id, kind, run, state, progress, step, steps: of, started, heartbeat, leaseExpires, message, resume }) => ({
      id,
      kind,
      run,
      state,
      progress,
      step,
      steps: of,
      started,
      heartbeat,
      leaseExpires,
      message,
      resume,
    })),
  );
  expect(page.tasks.map(({ state }) => state)).toEqual(['done', 'done']);
  expect(pages.size).toBeGreaterThan(3);
  ledger.close();
});

test('a locked file is waited for, then refused with a typed error; nothing is half done', () => {
  const dir = scratch();
  const ledger = openLedger(dir, { clock, lockWaitMs: 50 });
  const task = ledger.start(squares);
  const other = new DatabaseSync(join(dir, 'ledger.db'));
  other.exec('begin immediate');
  expect(() => task.commit({ outputs: [{ key: 'a', value: 1 }], step: 1 })).toThrow(LedgerLockedError);
  expect(() => ledger.start({ ...squares, run: 'r2' })).toThrow(/another process holds it/);
  // Reading needs no lock.
  expect(ledger.tasks()).toHaveLength(1);
  other.exec('rollback');
  expect(task.commit({ outputs: [{ key: 'a', value: 1 }], step: 1 })[0]!.added).toBe(true);
  other.close();
  ledger.close();
});

test.each(['garbage from the first byte', 'a torn page in the middle'])('%s: set aside with one warning, by many at once', async (kind) => {
  const dir = scratch();
  const path = join(dir, 'ledger.db');
  if (kind.startsWith('garbage')) writeFileSync(path, 'this is no database '.repeat(500));
  else {
    const ledger = openLedger(dir, { clock });
    const task = ledger.start(squares);
    task.commit({ outputs: Array.from({ length: 200 }, (_, i) => ({ key: `k${i}`, value: 'x'.repeat(300) })) });
    task.finish('done');
    ledger.close();
    const file = openSync(path, 'r+');
    for (let at = 8192; at < statSync(path).size; at += 8192) writeSync(file, Buffer.alloc(4096, 0xaa), 0, 4096, at);
  }
  const bytes = readFileSync(path);
  const all = Array.from({ length: 4 }, () => child('hold', dir));
  const said = await Promise.all(all.map((one) => one.says(/^(started|held)$/)));
  expect(said.filter((line) => line === 'started')).toHaveLength(1);
  for (const one of all) one.process.stdin!.end();
  await Promise.all(all.map((one) => one.ended));
  const aside = readdirSync(dir).filter((name) => name.startsWith('ledger.db.corrupt-') && !/-(wal|shm)$/.test(name));
  expect(aside).toHaveLength(1);
  expect(readFileSync(join(dir, aside[0]!)).equals(bytes)).toBe(true);
  const ledger = openLedger(dir, { clock });
  expect(ledger.tasks()).toMatchObject([{ state: 'done' }]);
  ledger.close();
});

test('the warning says what was set aside; a ledger of a later version is left alone', () => {
  const dir = scratch();
  const lines: string[] = [];
  configureLog({ level: 'warn', pretty: false, write: (line) => void lines.push(line) });
  writeFileSync(join(dir, 'ledger.db'), 'x'.repeat(9999));
  openLedger(dir, { clock }).close();
  expect(lines).toHaveLength(1);
  expect(JSON.parse(lines[0]!)).toMatchObject({ room: 'jobs', msg: expect.stringMatching(/corrupt.*set aside as .*ledger\.db\.corrupt-/) });
  const db = new DatabaseSync(join(dir, 'ledger.db'));
  db.exec('pragma user_version = 99');
  db.close();
  expect(() => openLedger(dir, { clock })).toThrow(/version 1 .*got 99/);
  expect(readdirSync(dir).filter((name) => name.includes('corrupt') && !/-(wal|shm)$/.test(name))).toHaveLength(1);
});
