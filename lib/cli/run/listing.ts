/** `hindcast backtest --list`: what can be run. */
import { dateOf } from '../../core/index.js';
import { embeddedData } from '../../feeds/index.js';
import { strategyEntry, strategyIds } from '../../strategies/index.js';
import type { Context, Done } from '../action.js';
import { tableLines } from '../table.js';

/** Strategies with their parameters, and the bars that ship with the project. */
export function list({ say }: Pick<Context, 'say'>): Done {
  // `frozen` has a flag of its own: it takes a run, not parameters.
  const strategies = strategyIds()
    .filter((id) => id !== 'frozen')
    .map((id) => {
      const { description, defaults } = strategyEntry(id);
      return { id, description, defaults };
    });
  say('Strategies (--strategy <id>, --set <key>=<value>):');
  for (const { id, description, defaults } of strategies) {
    say(`  ${id.padEnd(22)}${description}`);
    say(
      `  ${''.padEnd(22)}${Object.entries(defaults)
        .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
        .join(' ')}`,
    );
  }
  const sets = (['cn', 'cn-5m', 'us'] as const).flatMap((name) => {
    const { instruments, series, actionsKnown } = embeddedData(name);
    return instruments.map((one) => {
      const { day } = series.get(one.symbol)!;
      const known = actionsKnown?.[one.symbol];
      return {
        data: `embedded:${name}`,
        symbol: one.symbol,
        kind: one.kind,
        from: dateOf(day[0]!),
        to: dateOf(day[day.length - 1]!),
        actions: known ? `${one.corporateActions}, ${dateOf(known.from)} .. ${dateOf(known.to)}` : one.corporateActions,
      };
    });
  });
  type DataSet = (typeof sets)[number];
  const column = (head: string, key: keyof DataSet) => ({ head, cell: (row: DataSet) => row[key] });
  say();
  say('Data (--data <set> --symbols <a,b>); --data also takes a path to your own CSV or Parquet:');
  const columns = [
    column('data', 'data'),
    column('symbol', 'symbol'),
    column('kind', 'kind'),
    column('from', 'from'),
    column('to', 'to'),
    column('corporate actions', 'actions'),
  ];
  for (const line of tableLines(columns, sets)) say(`  ${line}`);
  return { json: { command: 'backtest', strategies, data: sets } };
}
