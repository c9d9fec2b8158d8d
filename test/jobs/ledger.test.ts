/** The ledger in one process, on a clock that stands where it is put. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { manualClock } from '../../lib/core/index.js';
import {
  checkpointPageJsonSchema,
  JobError,
  LeaseLostError,
  openLedger,
  readCheckpointPage,
  type TaskHandle,
  TaskHeldError,
  TaskInputError,
} from '../../lib/jobs/index.js';
import { scratch } from './support.js';

const NOON = 1_700_000_000_000;
const replay = { kind: 'replay', run: 'r1', steps: 10, resume: { argv: ['replay', '--symbols', 'A B'], cwd: '/x' } };

function world() {
  const dir = scratch();
  const clock = manualClock(NOON);
  return { dir, clock, ledger: openLedger(dir, { clock, leaseMs: 1000, heartbeatMs: 100 }) };
}

test('a task from start to end, in ledger and page', () => {
  const { dir, clock, ledger } = world();
  const task = ledger.start({ ...replay, parameters: { seed: 1 } });
  expect(readCheckpointPage(dir, clock)).toEqual({
    v: 1,
    written: NOON,
    complete: true,
    tasks: [
      {
        id: 1,
        kind: 'replay',
        run: 'r1',
        state: 'running',
        progress: 0,
        step: 0,
        steps: 10,
        started: NOON,
        heartbeat: NOON,
        leaseExpires: NOON + 1000,
        message: '',
        resume: replay.resume,
      },
    ],
  });
  clock.advance(300);
  task.progress(3, 'at 2015-01-07');
  expect(ledger.task(1)).toMatchObject({ state: 'running', step: 3, progress: 0.3, message: 'at 2015-01-07', heartbeat: NOON + 300 });
  task.finish('done');
  expect(ledger.task(1)).toMatchObject({
    state: 'done',
    progress: 1,
    owner: null,
    leaseExpires: null,
    finished: NOON + 300,
    parameters: { seed: 1 },
  });
  expect(readCheckpointPage(dir, clock).tasks[0]).toMatchObject({ state: 'done', progress: 1, leaseExpires: null });
  expect(() => task.commit({})).toThrow(LeaseLostError);
  ledger.close();
});

test('the page keeps to its JSON Schema, and no temporary file stays', () => {
  const { dir, ledger } = world();
  ledger.start(replay).finish('failed', 'no such symbol');
  ledger.queue({ kind: 'train', run: 'r2', steps: 1 });
  const validate = new Ajv2020().compile(checkpointPageJsonSchema() as object);
  expect(validate(JSON.parse(readFileSync(join(dir, 'checkpoint.json'), 'utf8')))).toBe(true);
  expect(validate({ v: 1, tasks: [] })).toBe(false);
  expect(readdirSync(dir).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  ledger.close();
});

test('one at a time for a kind and run; others are free', () => {
  const { ledger } = world();
  const task = ledger.start(replay);
  expect(() => ledger.start(replay)).toThrow(TaskHeldError);
  expect(() => ledger.start({ ...replay, parameters: { seed: 2 } })).toThrow(/running in process \d+ .*tasks cancel 1/);
  ledger.start({ ...replay, run: 'r2' });
  ledger.start({ ...replay, kind: 'settle' });
  task.finish('interrupted');
  expect(ledger.start(replay).id).toBe(1);
  expect(ledger.task(1).attempts).toBe(2);
  ledger.close();
});

test('a lease that ran out shows as interrupted; taken over, the old owner is refused and keeps nothing', () => {
  const { dir, clock, ledger } = world();
  const slow = ledger.start(replay);
  slow.commit({ outputs: [{ key: 'a', value: 1 }], checkpoint: { next: 1 }, step: 1 });
  clock.advance(1000);
  expect(ledger.task(1)).toMatchObject({ state: 'interrupted', owner: null });
  expect(readCheckpointPage(dir, clock).tasks[0]).toMatchObject({ state: 'interrupted', leaseExpires: null });
  // Late, but nobody has taken it: it may go on.
  slow.heartbeat();
  expect(ledger.task(1).state).toBe('running');
  clock.advance(1000);
  const quick = ledger.start(replay);
  expect(quick.token).toBeGreaterThan(slow.token);
  expect(quick.checkpoint()).toEqual({ step: 1, state: { next: 1 } });
  expect(() => slow.commit({ outputs: [{ key: 'b', value: 2 }], checkpoint: { next: 2 } })).toThrow(LeaseLostError);
  expect(slow.signal.aborted).toBe(true);
  for (const write of [() => slow.heartbeat(), () => slow.progress(2), () => slow.finish('done')]) {
    clock.advance(300);
    quick.heartbeat();
    expect(write).toThrow(LeaseLostError);
  }
  expect(ledger.outputs(1).map(({ key }) => key)).toEqual(['a']);
  expect(quick.checkpoint()).toEqual({ step: 1, state: { next: 1 } });
  ledger.close();
});

test('another key of the same run supersedes what was left; the page shows the newest', () => {
  const { dir, clock, ledger } = world();
  const old = ledger.start({ ...replay, key: 'code-1' });
  clock.advance(2000);
  ledger.start({ ...replay, key: 'code-2' });
  expect(() => old.heartbeat()).toThrow(LeaseLostError);
  expect(ledger.tasks().map(({ id, state }) => [id, state])).toEqual([
    [2, 'running'],
    [1, 'interrupted'],
  ]);
  expect(readCheckpointPage(dir, clock).tasks.map(({ id }) => id)).toEqual([2]);
  ledger.close();
});

test('the same output key comes back as stored and adds nothing, within a task only', () => {
  const { clock, ledger } = world();
  const task = ledger.start(replay);
  expect(task.commit({ outputs: [{ key: 'a', value: [1] }] })).toEqual([{ key: 'a', value: [1], added: true }]);
  const both = [
    { key: 'a', value: 'other' },
    { key: 'b', value: null },
    { key: 'b', value: 3 },
  ];
  expect(task.commit({ outputs: both })).toEqual([
    { key: 'a', value: [1], added: false },
    { key: 'b', value: null, added: true },
    { key: 'b', value: null, added: false },
  ]);
  task.finish('done');
  expect(ledger.start(replay).commit({ outputs: [{ key: 'a', value: 9 }] })[0]).toMatchObject({ value: [1], added: false });
  expect(ledger.start({ ...replay, run: 'r2' }).commit({ outputs: [{ key: 'a', value: 9 }] })[0]).toMatchObject({ added: true });
  expect(ledger.outputs(1)).toEqual([
    { key: 'a', value: [1], at: clock.now() },
    { key: 'b', value: null, at: clock.now() },
  ]);
  ledger.close();
});

test('what JSON cannot hold, and steps that are none, are refused whole', () => {
  const { ledger } = world();
  const task = ledger.start(replay);
  const bad = [
    {
      outputs: [
        { key: 'a', value: 1 },
        { key: 'b', value: Number.NaN },
      ],
    },
    {
      outputs: [
        { key: 'a', value: 1 },
        { key: 'b', value: undefined },
      ],
    },
    { outputs: [{ key: 'a', value: 1 }], checkpoint: { x: Number.POSITIVE_INFINITY } },
    { outputs: [{ key: 'a', value: 1 }], step: 11 },
    { outputs: [{ key: 'a', value: 1 }], step: 0.5 },
  ];
  for (const input of bad) expect(() => task.commit(input)).toThrow(TaskInputError);
  expect(ledger.outputs(1)).toEqual([]);
  for (const steps of [0, -1, 1.5, Number.NaN]) expect(() => ledger.start({ kind: 'k', run: 'r', steps })).toThrow(TaskInputError);
  expect(() => ledger.start({ kind: 'k', run: '', steps: 1 })).toThrow(TaskInputError);
  expect(() => ledger.task(99)).toThrow(TaskInputError);
  expect(() => ledger.task(Number.NaN)).toThrow(TaskInputError);
  expect(() => openLedger(scratch(), { clock: manualClock(), leaseMs: 5, heartbeatMs: 5 })).toThrow(TaskInputError);
  ledger.close();
});

test('a write that fails halfway keeps nothing of itself: neither outputs nor checkpoint nor progress', () => {
  const { dir, ledger } = world();
  const task = ledger.start(replay);
  task.commit({ outputs: [{ key: 'a', value: 1 }], checkpoint: { next: 1 }, step: 1 });
  const db = new DatabaseSync(join(dir, 'ledger.db'));
  db.exec(`create trigger fault before insert on output when new.key = 'bad' begin select raise(abort, 'disk fault'); end`);
  const faulty = {
    outputs: [
      { key: 'b', value: 2 },
      { key: 'bad', value: 3 },
    ],
    checkpoint: { next: 2 },
    step: 2,
  };
  expect(() => task.commit(faulty)).toThrow(/disk fault.*run again: it resumes/);
  expect(ledger.outputs(1).map(({ key }) => key)).toEqual(['a']);
  expect(task.checkpoint()).toEqual({ step: 1, state: { next: 1 } });
  expect(ledger.task(1).step).toBe(1);
  db.exec('drop trigger fault');
  db.close();
  expect(task.commit(faulty).map(({ added }) => added)).toEqual([true, true]);
  ledger.close();
});

test('cancel: a running task hears of it at its next write, any other ends at once', () => {
  const { clock, ledger } = world();
  const task = ledger.start(replay);
  expect(ledger.cancel(1)).toMatchObject({ state: 'running', cancelRequested: true });
  expect(task.signal.aborted).toBe(false);
  expect(task.commit({ outputs: [{ key: 'a', value: 1 }] })[0]!.added).toBe(true);
  expect(task.signal.aborted).toBe(true);
  expect(task.stopped).toBe('cancelled');
  task.finish('cancelled');
  expect(ledger.task(1)).toMatchObject({ state: 'cancelled', cancelRequested: false });
  expect(() => ledger.cancel(1)).toThrow(JobError);

  const queued = ledger.queue({ ...replay, run: 'r2' });
  expect(ledger.queue({ ...replay, run: 'r2' })).toBe(queued);
  expect(ledger.task(queued)).toMatchObject({ state: 'queued', started: null });
  expect(ledger.cancel(queued).state).toBe('cancelled');

  // A paused owner whose task was cancelled meanwhile is refused like one that lost its lease.
  const paused = ledger.start({ ...replay, run: 'r3' });
  clock.advance(5000);
  expect(ledger.cancel(paused.id).state).toBe('cancelled');
  expect(() => paused.commit({ outputs: [{ key: 'a', value: 1 }] })).toThrow(LeaseLostError);
  expect(ledger.outputs(paused.id)).toEqual([]);
  // It can be started again, and was not cancelled then.
  const again = ledger.start({ ...replay, run: 'r3' });
  again.heartbeat();
  expect(again.signal.aborted).toBe(false);
  ledger.close();
});

test('prune takes what ended, with its outputs, and leaves what can go on', () => {
  const { clock, ledger } = world();
  for (const state of ['done', 'failed', 'cancelled', 'interrupted'] as const) {
    const task = ledger.start({ ...replay, run: state });
    task.commit({ outputs: [{ key: 'a', value: 1 }] });
    task.finish(state);
  }
  ledger.start({ ...replay, run: 'running' });
  ledger.queue({ ...replay, run: 'queued' });
  expect(ledger.prune(clock.now())).toBe(0);
  clock.advance(1);
  expect(ledger.prune(clock.now())).toBe(3);
  expect(
    ledger
      .tasks()
      .map(({ run }) => run)
      .sort(),
  ).toEqual(['interrupted', 'queued', 'running']);
  expect(() => ledger.outputs(1)).toThrow(TaskInputError);
  ledger.close();
});

test('the page stays small: what runs or waits, and the newest of the rest', () => {
  const { dir, clock, ledger } = world();
  const first = ledger.start({ ...replay, run: 'old but running' });
  ledger.start({ ...replay, run: 'old and done' }).finish('done');
  for (let i = 0; i < 60; i++) {
    clock.advance(10);
    ledger.start({ ...replay, run: `r${i}` }).finish('done');
  }
  first.heartbeat();
  ledger.close();
  const page = readCheckpointPage(dir, clock);
  expect(page.complete).toBe(false);
  expect(page.tasks.map(({ run }) => run)).toEqual([...Array.from({ length: 20 }, (_, i) => `r${59 - i}`), 'old but running']);
  expect(page.tasks.at(-1)!.state).toBe('running');
});

test('a page that is none is refused; an absent one is empty; opening the ledger makes it anew', () => {
  const { dir, clock, ledger } = world();
  ledger.start(replay);
  ledger.close();
  expect(readCheckpointPage(scratch(), clock).tasks).toEqual([]);
  const path = join(dir, 'checkpoint.json');
  expect(existsSync(path)).toBe(true);
  for (const text of ['', '{"v":1', '{"v":2,"tasks":[]}']) {
    writeFileSync(path, text);
    expect(() => readCheckpointPage(dir, clock)).toThrow(/readCheckpointPage: expected a page .*hindcast tasks/);
  }
  openLedger(dir, { clock }).close();
  expect(readCheckpointPage(dir, clock).tasks).toHaveLength(1);
});

/** Two owners, any order of starts, commits, ends and passing time: kept is what the holder of the newest token wrote, and nothing else. */
test('any interleaving of two owners keeps what the newest holder committed', () => {
  const action = fc.record({
    who: fc.constantFrom<'a' | 'b'>('a', 'b'),
    what: fc.constantFrom('start', 'commit', 'commit', 'commit', 'wait', 'long wait', 'finish'),
    output: fc.integer({ min: 0, max: 6 }),
  });
  fc.assert(
    fc.property(fc.array(action, { maxLength: 40 }), (actions) => {
      const dir = scratch();
      const clock = manualClock(NOON);
      const ledgers = {
        a: openLedger(dir, { clock, leaseMs: 1000, heartbeatMs: 100, owner: 'elsewhere/1/' }),
        b: openLedger(dir, { clock, leaseMs: 1000, heartbeatMs: 100, owner: 'elsewhere/2/' }),
      };
      const handles: Partial<Record<'a' | 'b', TaskHandle>> = {};
      const kept = new Map<string, number>();
      let holder: TaskHandle | null = null;
      let until = 0;
      let checkpoint: number | undefined;
      actions.forEach(({ who, what, output }, n) => {
        const handle = handles[who];
        if (what === 'wait') clock.advance(300);
        else if (what === 'long wait') clock.advance(1100);
        else if (what === 'start') {
          const start = (): TaskHandle => ledgers[who].start(replay);
          if (holder !== null && until > clock.now()) expect(start).toThrow(TaskHeldError);
          else {
            holder = handles[who] = start();
            until = clock.now() + 1000;
            expect(holder.checkpoint()?.state).toBe(checkpoint);
          }
        } else if (handle !== undefined) {
          const write = (): unknown =>
            what === 'finish' ? handle.finish('interrupted') : handle.commit({ outputs: [{ key: `${output}`, value: n }], checkpoint: n });
          if (handle !== holder) expect(write).toThrow(LeaseLostError);
          else {
            write();
            if (what === 'finish') holder = null;
            else {
              until = clock.now() + 1000;
              checkpoint = n;
              if (!kept.has(`${output}`)) kept.set(`${output}`, n);
            }
          }
        }
      });
      const [task] = ledgers.a.tasks();
      const outputs = task === undefined ? [] : ledgers.b.outputs(task.id);
      expect(outputs.map(({ key, value }) => [key, value])).toEqual([...kept]);
      expect(task?.state).toBe(task && (holder !== null && until > clock.now() ? 'running' : 'interrupted'));
      ledgers.a.close();
      ledgers.b.close();
    }),
    { numRuns: 25 },
  );
});
