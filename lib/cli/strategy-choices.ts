/** `--strategy a+b --set a.key=value` as the strategies of one account. */
import { InputError } from '../core/index.js';
import type { ReplaySpecInput } from '../replay/index.js';
import { strategyEntry } from '../strategies/index.js';

type Choices = ReplaySpecInput['strategies'];

/**
 * One list of strategies (an account each) per text; `+` puts several in one account. A setting without a strategy's name goes to all of
 * them that have such a parameter, or to the only one there is. Throws InputError when a setting is none of theirs.
 */
export function strategyChoices(texts: readonly string[], settings: readonly (readonly [path: string, value: unknown])[] = []): Choices[] {
  const accounts = texts.map((text) => text.split('+'));
  const known = [...new Set(accounts.flat())];
  const parameters = new Map<string, Record<string, unknown>>(known.map((id) => [id, {}]));
  for (const [path, value] of settings) {
    const named = known.find((id) => path.startsWith(`${id}.`));
    const key = named === undefined ? path : path.slice(named.length + 1);
    const meant = named !== undefined ? [named] : known.length === 1 && !path.includes('.') ? known : known.filter((id) => has(id, key));
    if (meant.length === 0) {
      throw new InputError(
        `strategyChoices: expected --set with a parameter of ${known.join(' or ')}, got --set ${path}=... Look them up in hindcast backtest --list, or name the strategy: --set <strategy>.<key>=<value>.`,
      );
    }
    for (const id of meant) parameters.get(id)![key] = value;
  }
  return accounts.map((ids) => ids.map((id) => ({ id, parameters: parameters.get(id)! }) as Choices[number]));
}

/** Whether a strategy has a parameter. */
function has(id: string, key: string): boolean {
  const { schema, defaults } = strategyEntry(id);
  return Object.hasOwn((schema as { shape?: object }).shape ?? defaults, key);
}
