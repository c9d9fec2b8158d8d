/** A plain text table for the terminal: first column left, numbers right. */
import { styleText } from 'node:util';

export interface Column<Row> {
  readonly head: string;
  readonly align?: 'left' | 'right';
  cell(row: Row): string;
}

/** Lines of the table, with a rule under the head. Columns are as wide as their widest cell. */
export function tableLines<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string[] {
  const cells = rows.map((row) => columns.map((column) => column.cell(row)));
  const widths = columns.map((column, c) => Math.max(column.head.length, ...cells.map((line) => line[c]!.length)));
  const line = (texts: readonly string[]) =>
    texts
      .map((text, c) => (columns[c]!.align === 'right' ? text.padStart(widths[c]!) : text.padEnd(widths[c]!)))
      .join('  ')
      .trimEnd();
  return [line(columns.map((column) => column.head)), widths.map((width) => '─'.repeat(width)).join('  '), ...cells.map(line)];
}

type Style = Parameters<typeof styleText>[0];

/** Text in a style; plain where stdout is no terminal or NO_COLOR is set. */
export const styled = (style: Style, text: string): string => styleText(style, text, { stream: process.stdout });
