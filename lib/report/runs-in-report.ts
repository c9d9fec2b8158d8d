/** Reads the run rows that a report carries. */
import { readFileSync } from 'node:fs';
import { InputError } from '../core/index.js';
import { type RunRow, runRowSchema } from '../replay/index.js';

/** The rows of the JSON block `hindcast-run` of a report. Throws InputError when the file is no report of this project. */
export function runsInReport(path: string): RunRow[] {
  const block = /<script type="application\/json" id="hindcast-run">([\s\S]*?)<\/script>/.exec(readFileSync(path, 'utf8'));
  if (block === null)
    throw new InputError(`runsInReport: expected a report with its runs inside, got ${path}. Name a report that hindcast wrote.`);
  const value: unknown = JSON.parse(block[1]!);
  return (Array.isArray(value) ? value : [value]).map((row) => {
    const parsed = runRowSchema.safeParse(row);
    if (!parsed.success) {
      throw new InputError(
        `runsInReport: expected run rows of version 1 in ${path}, got a wrong "${parsed.error.issues[0]?.path.join('.')}". Write the report again.`,
      );
    }
    return parsed.data;
  });
}
