/** `hindcast doctor`: what this machine can and can't do. */
import type { Command } from 'commander';
import type { ActionOf } from '../action.js';
import { exampleOf } from '../example.js';

export function define(command: Command, action: ActionOf): void {
  command.addHelpText('after', exampleOf('hindcast doctor --json'));
  action(command, async ({ settings, say }) => {
    const [{ projectRoot }, { styled, tableLines }, runtime, machine, { checkOllama }] = await Promise.all([
      import('../../core/index.js'),
      import('../table.js'),
      import('../doctor/runtime.js'),
      import('../doctor/machine.js'),
      import('../doctor/ollama.js'),
    ]);
    const { values } = settings;
    const root = projectRoot();
    const checks = (
      await Promise.all([
        machine.checkMachine(),
        runtime.checkNode(root),
        runtime.checkKernel(root),
        runtime.checkPython(values.python),
        machine.checkBrowser(values.browser),
        machine.checkGpu(),
        checkOllama(values.ollamaHost, values.ollamaApiKey),
        machine.checkResults(values.resultsDir),
      ])
    ).flat();
    const columns = [
      { head: 'state', cell: (check: (typeof checks)[number]) => check.state },
      { head: 'what', cell: (check: (typeof checks)[number]) => check.what },
      { head: 'found', cell: (check: (typeof checks)[number]) => check.found },
    ];
    const [head, rule, ...lines] = tableLines(columns, checks);
    say(head);
    say(rule);
    lines.forEach((line, i) => {
      const { state, mend } = checks[i]!;
      say(state === 'ok' ? line : styled(state === 'missing' ? 'red' : 'yellow', line));
      if (mend) say(`          to mend: ${mend}`);
    });
    const missing = checks.filter((check) => check.state === 'missing');
    say();
    say(missing.length === 0 ? 'Nothing that is needed is missing.' : `Missing: ${missing.map((check) => check.what).join(', ')}.`);
    return { json: { command: 'doctor', ok: missing.length === 0, checks }, exitCode: missing.length === 0 ? 0 : 1 };
  });
}
