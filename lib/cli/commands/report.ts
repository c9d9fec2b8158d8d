/** `hindcast report <run...>`: one HTML file from one or more runs. */
import type { Command } from 'commander';
import type { ActionOf } from '../action.js';
import { exampleOf } from '../example.js';

interface ReportFlags {
  readonly out?: string;
}

export function define(command: Command, action: ActionOf): void {
  command
    .argument('<run...>', 'run folders; several are compared on one page; or the folder of one sweep')
    .option('--out <file>', 'where the page goes (default: report.html in the first run)')
    .addHelpText('after', exampleOf('hindcast report results/<run> results/<other> --out compare.html'));
  action<ReportFlags, [string[]]>(command, async ({ clock, say }, { out }, folders) => {
    const [{ openRun }, { writeReport, writeSweepReport }, { join, resolve }, { existsSync }] = await Promise.all([
      import('../../replay/index.js'),
      import('../../report/index.js'),
      import('node:path'),
      import('node:fs'),
    ]);
    if (folders.length === 1 && existsSync(join(folders[0]!, 'sweep.json'))) {
      const { openSweep } = await import('../../sweep/index.js');
      const sweep = openSweep(resolve(folders[0]!));
      const { file } = writeSweepReport({ ...sweep, out: out === undefined ? join(sweep.folder, 'report.html') : resolve(out), clock });
      say(`Report: ${file}`);
      return { json: { command: 'report', report: file, sweep: sweep.file.sweep } };
    }
    const runs = folders.map((folder) => openRun(resolve(folder)));
    const path = out === undefined ? join(runs[0]!.folder, 'report.html') : resolve(out);
    await writeReport({ runs, out: path, clock });
    say(`Report: ${path}`);
    return { json: { command: 'report', report: path, runs: runs.map((run) => run.row.run) } };
  });
}
