/** Outcome rows as text: what JSON.stringify writes, with numbers straight into bytes. A test compares the two. */
import { instantText, number } from './evidence-text.js';
import { gapText } from './gap-text.js';
import type { OutcomeRow } from './rows.js';
import type { TextBuffer } from './text-buffer.js';

/** The columns at the end of a row, in its order. */
const FIGURES = ['instrumentReturn', 'gross', 'net', 'costs', 'bookReturn', 'benchmarkReturn', 'drawdown', 'label'] as const;

/** Adds the line of an outcome to `rows`. Symbols and actions are put into words once. */
export function outcomeLines(): (row: OutcomeRow, rows: TextBuffer) => void {
  const figures = gapText([...FIGURES.map((name) => `,"${name}":`), '}\n']);
  const words = new Map<string | null, string>();
  const quoted = (word: string | null): string => {
    let text = words.get(word);
    if (text === undefined) {
      text = JSON.stringify(word);
      words.set(word, text);
    }
    return text;
  };
  return (row, rows) => {
    rows.write(
      `{"v":1,"decision":"${row.decision}","session":"${row.session}","symbol":${quoted(row.symbol)},"action":${quoted(row.action)},"horizon":${row.horizon},"maturesAt":${instantText(row.maturesAt)},"direction":"${row.direction}","entry":${leg(row.entry)},"exit":${leg(row.exit)}`,
    );
    const { numbers } = figures;
    for (let i = 0; i < FIGURES.length; i++) numbers[i] = row[FIGURES[i]!] ?? Number.NaN;
    rows.copy(figures.fill());
    rows.endRow();
  };
}

const leg = ({ date, priceTicks, state }: OutcomeRow['entry']): string =>
  `{"date":${date === null ? 'null' : `"${date}"`},"priceTicks":${priceTicks === null ? 'null' : number(priceTicks)},"state":"${state}"}`;
