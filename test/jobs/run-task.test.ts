/** Work that runs as a task ends in the state that tells what became of it. */
import { expect, test } from 'vitest';
import { manualClock, systemClock } from '../../lib/core/index.js';
import { LeaseLostError, openLedger, runTask, TaskHeldError } from '../../lib/jobs/index.js';
import { scratch } from './support.js';

const spec = { kind: 'train', run: 'r', steps: 3 };
const world = (leaseMs = 1000, heartbeatMs = 100, clock = manualClock(1_700_000_000_000)) => ({
  clock,
  ledger: openLedger(scratch(), { clock, leaseMs, heartbeatMs }),
});

test('what work gives comes back, and the task is done', async () => {
  const { ledger } = world();
  expect(
    await runTask(ledger, spec, (task) => {
      expect(ledger.task(task.id).state).toBe('running');
      return 7;
    }),
  ).toBe(7);
  expect(ledger.task(1)).toMatchObject({ state: 'done', step: 3 });
  await expect(runTask(ledger, spec, () => runTask(ledger, spec, () => 1))).rejects.toThrow(TaskHeldError);
  ledger.close();
});

test('what work throws comes through, and its message is kept', async () => {
  const { ledger } = world();
  const fault = new Error('no such symbol');
  await expect(runTask(ledger, spec, () => Promise.reject(fault))).rejects.toBe(fault);
  expect(ledger.task(1)).toMatchObject({ state: 'failed', message: 'no such symbol', owner: null });
  ledger.close();
});

test('asked to stop, work that ends early is interrupted or cancelled; work that was through is done', async () => {
  const { ledger } = world();
  const stop = new AbortController();
  const early = runTask(ledger, { ...spec, signal: stop.signal }, async (task) => {
    task.progress(1);
    stop.abort();
    expect(task.signal.aborted).toBe(true);
  });
  await early;
  expect(ledger.task(1)).toMatchObject({ state: 'interrupted', step: 1 });

  await runTask(ledger, { ...spec, signal: stop.signal }, (task) => {
    expect(task.stopped).toBe('interrupted');
    task.progress(3);
  });
  expect(ledger.task(1).state).toBe('done');

  const thrown = runTask(ledger, { ...spec, signal: stop.signal }, (task) => task.signal.throwIfAborted());
  await expect(thrown).rejects.toThrow(/interrupted/);
  expect(ledger.task(1).state).toBe('interrupted');

  // A true fault stays one, although a stop was asked for as well.
  await expect(
    runTask(ledger, { ...spec, signal: stop.signal }, () => {
      throw new Error('disk full');
    }),
  ).rejects.toThrow('disk full');
  expect(ledger.task(1)).toMatchObject({ state: 'failed', message: 'disk full' });

  await runTask(ledger, spec, (task) => {
    ledger.cancel(task.id);
    task.heartbeat();
    expect(task.stopped).toBe('cancelled');
  });
  expect(ledger.task(1).state).toBe('cancelled');
  ledger.close();
});

test('the heart beats while work waits, and stops with it', async () => {
  const { ledger } = world(60_000, 5, systemClock() as ReturnType<typeof manualClock>);
  await runTask(ledger, spec, async (task) => {
    const first = ledger.task(task.id).heartbeat!;
    while (ledger.task(task.id).heartbeat === first) await new Promise((resolve) => setTimeout(resolve, 5));
    // Cancelling reaches work that writes nothing itself, by the beat.
    ledger.cancel(task.id);
    await new Promise((resolve) => task.signal.addEventListener('abort', resolve));
  });
  expect(ledger.task(1).state).toBe('cancelled');
  ledger.close();
});

test('work whose lease went to another hears of it, cannot end the task, and the other is not disturbed', async () => {
  const { ledger, clock } = world();
  const run = runTask(ledger, spec, async (task) => {
    clock.advance(5000);
    ledger.start(spec).progress(2, 'mine now');
    await new Promise((resolve) => task.signal.addEventListener('abort', resolve));
  });
  await expect(run).rejects.toThrow(LeaseLostError);
  expect(ledger.task(1)).toMatchObject({ state: 'running', attempts: 2 });
  ledger.close();
});
