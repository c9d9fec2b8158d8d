/** The list of commands. Each is loaded only when it is named, so that `--help` stays fast. */
import type { Command } from 'commander';
import type { ActionOf } from './action.js';

export interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  readonly group: string;
  load(): Promise<{ define(command: Command, action: ActionOf): void }>;
}

const run = 'Run:';
const show = 'Show and prove:';
const project = 'Project and machine:';

export const commandList: readonly CommandEntry[] = [
  {
    name: 'tour',
    group: run,
    summary: 'the showcase: real bars, several strategies, one report',
    load: () => import('./commands/tour.js'),
  },
  {
    name: 'replay',
    group: run,
    summary: 'Time Travel: replay history day by day, every decision recorded',
    load: () => import('./commands/replay.js'),
  },
  { name: 'settle', group: run, summary: "work out what came of a run's decisions", load: () => import('./commands/settle.js') },
  {
    name: 'backtest',
    group: run,
    summary: 'compare strategies, each with an account of its own',
    load: () => import('./commands/backtest.js'),
  },
  {
    name: 'sweep',
    group: run,
    summary: 'search parameters, and say how much of the best one is luck',
    load: () => import('./commands/sweep.js'),
  },
  {
    name: 'train',
    group: run,
    summary: 'policies by reinforcement learning (PPO), several seeds at once, judged on unseen time',
    load: () => import('./commands/train.js'),
  },
  {
    name: 'import-sb3',
    group: run,
    summary: 'turn a stable-baselines3 policy into a bundle, without running a pickle',
    load: () => import('./commands/import-sb3.js'),
  },
  { name: 'export', group: run, summary: 'a policy bundle for other programs: ONNX or numpy', load: () => import('./commands/export.js') },
  { name: 'tasks', group: run, summary: 'long tasks: list, go on with one, end one', load: () => import('./commands/tasks.js') },
  { name: 'report', group: show, summary: 'write one HTML file from one or more runs', load: () => import('./commands/report.js') },
  { name: 'verify', group: show, summary: 'run again and say whether the numbers hold', load: () => import('./commands/verify.js') },
  { name: 'pack', group: show, summary: 'one archive with which a colleague can verify a run', load: () => import('./commands/pack.js') },
  {
    name: 'promote',
    group: project,
    summary: 'turn a notebook into a pipeline, or check that they agree',
    load: () => import('./commands/promote.js'),
  },
  { name: 'data', group: project, summary: 'fetch, import, list and check stored bars', load: () => import('./commands/data.js') },
  {
    name: 'memory',
    group: project,
    summary: 'what is remembered: search as of a date, check, import, export',
    load: () => import('./commands/memory.js'),
  },
  { name: 'lab', group: project, summary: "open JupyterLab with the project's TypeScript kernel", load: () => import('./commands/lab.js') },
  {
    name: 'bench',
    group: project,
    summary: 'measure speed, with the answers that the timed work gave',
    load: () => import('./commands/bench.js'),
  },
  {
    name: 'doctor',
    group: project,
    summary: "what this machine can and can't do, and how to mend it",
    load: () => import('./commands/doctor.js'),
  },
  {
    name: 'models',
    group: project,
    summary: 'the language models: what each role would ask, and whether it is there',
    load: () => import('./commands/models.js'),
  },
  {
    name: 'agents',
    group: project,
    summary: 'the agents: their cards, how their questions were routed, thresholds fitted',
    load: () => import('./commands/agents.js'),
  },
  { name: 'cache', group: project, summary: 'what the data cache holds, and what may go', load: () => import('./commands/cache.js') },
  { name: 'config', group: project, summary: 'the settings and where each came from', load: () => import('./commands/config.js') },
];
