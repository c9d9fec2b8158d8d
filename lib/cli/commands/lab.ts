/** `hindcast lab`: JupyterLab with the project's TypeScript kernel, until Ctrl-C. */
import type { Command } from 'commander';
import type { ActionOf } from '../action.js';
import { exampleOf } from '../example.js';
import { wholeNumber } from '../numbers.js';

interface LabFlags {
  readonly port?: number;
  readonly browser?: boolean;
}

export function define(command: Command, action: ActionOf): void {
  command
    .option('--port <n>', 'first port to try (default: 8888)', wholeNumber)
    .option('--browser', 'open a browser')
    .addHelpText('after', exampleOf('npm run lab', 'hindcast lab --port 9000 --browser'));
  action<LabFlags>(command, async ({ say }, { port, browser }) => {
    const { startLab } = await import('../../notebook/index.js');
    const exitCode = await startLab({ ...(port !== undefined && { port }), ...(browser && { browser }), print: say });
    return { json: { command: 'lab', exitCode }, exitCode };
  });
}
