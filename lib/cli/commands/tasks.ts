/** `hindcast tasks`: long tasks, how far each is, and how to go on with one or end it. */
import type { Command } from 'commander';
import type { Ledger, TaskRecord } from '../../jobs/index.js';
import type { ActionOf, Context, Done } from '../action.js';
import { exampleOf } from '../example.js';
import { group } from '../group.js';
import { nonNegative, wholeNumber } from '../numbers.js';

interface ListFlags {
  readonly state?: string;
}

interface PruneFlags {
  readonly days: number;
}

export function define(command: Command, action: ActionOf): void {
  group(command)
    .option('--state <state>', 'only those that are queued, running, done, failed, cancelled or interrupted')
    .addHelpText('after', exampleOf('hindcast tasks', 'hindcast tasks --state interrupted', 'hindcast tasks resume 3'));
  action<ListFlags>(command, list);

  const show = command.command('show').argument('<id>', 'number in the list', wholeNumber).description('Print all of one task.');
  show.addHelpText('after', exampleOf('hindcast tasks show 3'));
  action<object, [number]>(show, (context, _flags, id) => showTask(context, id));

  const resume = command
    .command('resume')
    .argument('<id>', 'number in the list', wholeNumber)
    .description('Go on with an unfinished task.');
  resume.addHelpText('after', exampleOf('hindcast tasks resume 3'));
  action<object, [number]>(resume, (context, _flags, id) => resumeTask(context, id));

  const cancel = command.command('cancel').argument('<id>', 'number in the list', wholeNumber).description('Ask a task to end.');
  cancel.addHelpText('after', exampleOf('hindcast tasks cancel 3'));
  action<object, [number]>(cancel, (context, _flags, id) =>
    withLedger(context, (ledger) => {
      const task = ledger.cancel(id);
      context.say(
        task.state === 'cancelled' ? `Task ${id} is cancelled.` : `Task ${id} was asked to end: it does so at its next sign of life.`,
      );
      return { json: { command: 'tasks cancel', task } };
    }),
  );

  const prune = command
    .command('prune')
    .option('--days <n>', 'keep those that ended in the last n days', nonNegative, 30)
    .description('Take ended tasks off the list: done, failed, cancelled. Runs stay.');
  prune.addHelpText('after', exampleOf('hindcast tasks prune --days 7'));
  action<PruneFlags>(prune, (context, { days }) =>
    withLedger(context, async (ledger) => {
      const { DAY_MS } = await import('../../core/index.js');
      const removed = ledger.prune(context.clock.now() - days * DAY_MS);
      context.say(`${removed} task${removed === 1 ? '' : 's'} taken off the list.`);
      return { json: { command: 'tasks prune', removed } };
    }),
  );
}

async function withLedger(context: Context, work: (ledger: Ledger) => Done | Promise<Done>): Promise<Done> {
  const { openLedger } = await import('../../jobs/index.js');
  const ledger = openLedger(context.settings.values.resultsDir, { clock: context.clock });
  try {
    return await work(ledger);
  } finally {
    ledger.close();
  }
}

async function list(context: Context, { state }: ListFlags): Promise<Done> {
  const { existsSync } = await import('node:fs');
  const { join } = await import('node:path');
  const { say } = context;
  const { taskStates } = await import('../../jobs/index.js');
  const wanted = taskStates.find((one) => one === state);
  if (state !== undefined && wanted === undefined) {
    const { InputError } = await import('../../core/index.js');
    throw new InputError(`tasks: expected a state out of ${taskStates.join(', ')}, got ${state}. Name one of them.`);
  }
  // Looking must not make files.
  if (!existsSync(join(context.settings.values.resultsDir, 'ledger.db'))) {
    say('No long tasks yet. They appear here once a replay, a backtest or a training has begun.');
    return { json: { command: 'tasks', tasks: [] } };
  }
  return withLedger(context, async (ledger) => {
    const tasks = ledger.tasks(wanted === undefined ? {} : { state: wanted });
    const { tableLines } = await import('../table.js');
    const columns = [
      { head: 'id', align: 'right' as const, cell: (task: TaskRecord) => String(task.id) },
      { head: 'kind', cell: (task: TaskRecord) => task.kind },
      { head: 'run', cell: (task: TaskRecord) => task.run },
      { head: 'state', cell: (task: TaskRecord) => (task.cancelRequested ? 'ending' : task.state) },
      { head: 'progress', align: 'right' as const, cell: (task: TaskRecord) => `${Math.floor(100 * task.progress)} %` },
      { head: 'last sign of life', cell: (task: TaskRecord) => ago(task.heartbeat, context.clock.now()) },
      { head: 'message', cell: (task: TaskRecord) => oneLine(task.message) },
    ];
    if (tasks.length === 0) say('No such tasks.');
    else for (const line of tableLines(columns, tasks)) say(line);
    if (tasks.some((task) => task.state === 'interrupted' && task.resume !== null)) say('\nGo on with one: hindcast tasks resume <id>');
    return { json: { command: 'tasks', tasks } };
  });
}

const showTask = (context: Context, id: number): Promise<Done> =>
  withLedger(context, async (ledger) => {
    const task = ledger.task(id);
    const outputs = ledger.outputs(id);
    const { isoOf } = await import('../../core/index.js');
    const at = (instant: number | null): string => (instant === null ? '-' : isoOf(instant));
    const lines = {
      task: `${task.id}: ${task.kind} ${task.run}`,
      state: task.cancelRequested ? `${task.state}, asked to end` : task.state,
      progress: `${task.step} of ${task.steps}`,
      message: task.message || '-',
      started: `${at(task.started)} (attempt ${task.attempts})`,
      heartbeat: at(task.heartbeat),
      finished: at(task.finished),
      'held by': task.owner ?? '-',
      outputs: String(outputs.length),
      parameters: JSON.stringify(task.parameters),
      resume:
        task.resume === null ? 'call it again from where it was called' : `hindcast ${shown(task.resume.argv)}  (in ${task.resume.cwd})`,
    };
    for (const [name, text] of Object.entries(lines)) context.say(`${name.padEnd(11)}${text}`);
    return { json: { command: 'tasks show', task, outputs } };
  });

/** Runs the stored command through this same program, argument by argument: no shell reads it. */
async function resumeTask(context: Context, id: number): Promise<Done> {
  const { resultsDir } = context.settings.values;
  let argv: readonly string[] = [];
  let cwd = '';
  await withLedger(context, async (ledger) => {
    const task = ledger.task(id);
    const { InputError } = await import('../../core/index.js');
    const refuse = (got: string, advice: string) =>
      new InputError(`tasks resume: expected an unfinished task, got ${id}, ${got}. ${advice}`);
    if (task.state === 'running') throw refuse(`which runs (${task.owner})`, `Wait for it, or end it with: hindcast tasks cancel ${id}`);
    if (task.state === 'done') throw refuse('which is done', 'Start its command anew if it is wanted once more.');
    if (task.resume === null) throw refuse('which no command began', 'Run the notebook or the program again that began it.');
    ({ argv, cwd } = task.resume);
    return { json: {} };
  });
  context.say(`hindcast ${shown(argv)}`);
  const { spawn } = await import('node:child_process');
  const exitCode = await new Promise<number>((resolve, reject) => {
    const child = spawn(process.execPath, [process.argv[1]!, ...argv], {
      cwd,
      stdio: ['inherit', context.json ? process.stderr : 'inherit', 'inherit'],
      // Its ledger is the one that was asked, whatever the settings say since.
      env: { ...process.env, HINDCAST_RESULTS: resultsDir },
    });
    const forward = () => void child.kill('SIGINT');
    context.signal.addEventListener('abort', forward, { once: true });
    child.on('error', reject);
    child.on('exit', (code) => {
      context.signal.removeEventListener('abort', forward);
      resolve(code ?? 1);
    });
  });
  return { json: { command: 'tasks resume', id, argv, exitCode }, exitCode };
}

const oneLine = (text: string): string => (text.length > 60 ? `${text.slice(0, 59)}…` : text).replaceAll('\n', ' ');

/** Arguments as they'd be typed; for reading only. */
const shown = (argv: readonly string[]): string =>
  argv.map((word) => (/^[\w./:=,+@-]+$/.test(word) ? word : JSON.stringify(word))).join(' ');

function ago(instant: number | null, now: number): string {
  if (instant === null) return '-';
  const seconds = Math.max(0, Math.round((now - instant) / 1000));
  if (seconds < 120) return `${seconds} s ago`;
  if (seconds < 7200) return `${Math.floor(seconds / 60)} min ago`;
  return seconds < 172_800 ? `${Math.floor(seconds / 3600)} h ago` : `${Math.floor(seconds / 86_400)} d ago`;
}
