/** A worker in a process of its own, for the tests that hold, pause and kill it: `child.ts <mode> <resultsDir> <json>`. */
import { writeSync } from 'node:fs';
import { systemClock } from '../../lib/core/index.js';
import { LeaseLostError, openLedger, runTask, TaskHeldError } from '../../lib/jobs/index.js';

const [mode, resultsDir, json] = process.argv.slice(2) as [string, string, string];
const options = JSON.parse(json) as { run?: string; steps?: number; leaseMs?: number; heartbeatMs?: number; pauseMs?: number };
const { run = 'r', steps = 100, pauseMs = 0, ...lease } = options;
// At once and in order, so that a kill can't take back what was said.
const say = (line: string): void => void writeSync(1, `${line}\n`);
const pause = (ms: number): void => void (ms > 0 && Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms));

const ledger = openLedger(resultsDir, { clock: systemClock(), ...lease });

/** Puts out the squares; a checkpoint at every fifth step only, so that a kill makes it repeat some. */
async function squares(): Promise<void> {
  const stop = new AbortController();
  process.on('SIGTERM', () => stop.abort());
  await runTask(ledger, { kind: 'squares', run, steps, signal: stop.signal }, async (task) => {
    say(`started ${task.checkpoint()?.step ?? 0}`);
    for (let i = task.step; i < steps && !task.signal.aborted; i++) {
      const checkpoint = (i + 1) % 5 === 0 ? { next: i + 1 } : undefined;
      const [stored] = task.commit({
        outputs: [{ key: `square-${i}`, value: { i, square: i * i } }],
        checkpoint,
        step: i + 1,
        message: `at ${i}`,
      });
      say(`${stored!.added ? 'new' : 'again'} ${i}`);
      pause(pauseMs);
      await new Promise((resolve) => setImmediate(resolve));
    }
  });
  say('end');
}

/** Takes the task and keeps it until its input ends. */
async function hold(): Promise<void> {
  const task = ledger.start({ kind: 'squares', run, steps });
  say('started');
  await new Promise((resolve) => process.stdin.on('end', resolve).resume());
  task.finish('done');
}

try {
  say('ready');
  await (mode === 'hold' ? hold() : squares());
} catch (error) {
  if (error instanceof TaskHeldError) say('held');
  else if (error instanceof LeaseLostError) say('lost');
  else throw error;
  process.exitCode = 3;
} finally {
  ledger.close();
}
