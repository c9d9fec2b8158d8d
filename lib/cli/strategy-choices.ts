/** `--strategy a+b --set a.key=value` as the strategies of one account. */
import { InputError } from '../core/index.js';
import type { ReplaySpecInput } from '../replay/index.js';

type Choices = ReplaySpecInput['strategies'];

/**
 * One list of strategies (an account each) per text; `+` puts several in one account. A setting without a strategy's name goes to the
 * only one there is. Throws InputError when a setting names no strategy of them, or could mean several.
 */
export function strategyChoices(texts: readonly string[], settings: readonly (readonly [path: string, value: unknown])[] = []): Choices[] {
  const accounts = texts.map((text) => text.split('+'));
  const known = [...new Set(accounts.flat())];
  const parameters = new Map<string, Record<string, unknown>>(known.map((id) => [id, {}]));
  for (const [path, value] of settings) {
    const id = known.find((name) => path.startsWith(`${name}.`)) ?? (path.includes('.') || known.length > 1 ? undefined : known[0]);
    if (id === undefined) {
      throw new InputError(
        `strategyChoices: expected --set <strategy>.<key>=<value> with one of ${known.join(', ')}, got --set ${path}=... Name the strategy.`,
      );
    }
    parameters.get(id)![path.startsWith(`${id}.`) ? path.slice(id.length + 1) : path] = value;
  }
  return accounts.map((ids) => ids.map((id) => ({ id, parameters: parameters.get(id)! }) as Choices[number]));
}
