/** All checks of `hindcast doctor`, as a table with what to run to mend each. */
import { projectRoot } from '../../core/index.js';
import type { Context, Done } from '../action.js';
import { styled, tableLines } from '../table.js';
import type { Check } from './check.js';
import { checkBrowser, checkGpu, checkMachine, checkResults } from './machine.js';
import { checkOllama } from './ollama.js';
import { checkKernel, checkNode, checkPython } from './runtime.js';

/** Exit code 1 when something that everything needs is missing. */
export async function examine({ settings, say }: Context): Promise<Done> {
  const { python, browser, ollamaHost, ollamaApiKey, resultsDir } = settings.values;
  const root = projectRoot();
  const checks: Check[] = (
    await Promise.all([
      checkMachine(),
      checkNode(root),
      checkKernel(root),
      checkPython(python),
      checkBrowser(browser),
      checkGpu(),
      checkOllama(ollamaHost, ollamaApiKey),
      checkResults(resultsDir),
    ])
  ).flat();
  const column = (key: 'state' | 'what' | 'found') => ({ head: key, cell: (check: Check) => check[key] });
  const [head, rule, ...lines] = tableLines([column('state'), column('what'), column('found')], checks);
  say(head);
  say(rule);
  checks.forEach(({ state, mend }, i) => {
    say(state === 'ok' ? lines[i] : styled(state === 'missing' ? 'red' : 'yellow', lines[i]!));
    if (mend) say(`          to mend: ${mend}`);
  });
  const missing = checks.filter(({ state }) => state === 'missing').map(({ what }) => what);
  say();
  say(missing.length === 0 ? 'Nothing that is needed is missing.' : `Missing: ${missing.join(', ')}.`);
  return { json: { command: 'doctor', ok: missing.length === 0, checks }, exitCode: missing.length === 0 ? 0 : 1 };
}
