// Lib inside kernels: declared once for each state of it, never a state behind, its errors shown to the cell that reaches them.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { ensurePython, jupyterVariables } from '../../lib/notebook/python-env.js';
import { runNotebook } from '../../lib/notebook/run-notebook.js';
import { describeWithJupyter, ROOT, SAY_FINISHED, temporaryFolder, writeNotebook } from './support.js';

/** A project with the room `notebook` of the real lib, and a room `small` of two files. */
function smallProject(): string {
  const root = temporaryFolder();
  for (const name of ['node_modules', '.venv', 'package.json', 'package-lock.json', 'tsconfig.json', 'test', 'data']) {
    symlinkSync(join(ROOT, name), join(root, name));
  }
  cpSync(join(ROOT, 'notebooks', '.kernels'), join(root, 'notebooks', '.kernels'), { recursive: true });
  mkdirSync(join(root, 'lib', 'notebook'), { recursive: true });
  for (const name of readdirSync(join(ROOT, 'lib', 'notebook')).filter((file) => /\.(mjs|mts|py)$/.test(file))) {
    cpSync(join(ROOT, 'lib', 'notebook', name), join(root, 'lib', 'notebook', name));
  }
  for (const [path, text] of Object.entries(SMALL)) write(root, path, text);
  return root;
}

const SMALL = {
  'lib/small/index.ts': "/** A door. */\nexport { priceOf } from './price.js';\nexport { name } from './name.js';\n",
  'lib/small/price.ts': "import { tick } from './tick.js';\nexport const priceOf = (ticks: number) => ticks * tick;\n",
  'lib/small/tick.ts': 'export const tick: number = 2;\n',
  'lib/small/name.ts': "export const name: string = 'small';\nexport const loadedAt = Symbol('once');\n",
};

function write(root: string, path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

const kept = (root: string): string[] => readdirSync(join(root, 'build', 'notebook'));
const run = async (root: string, ...cells: string[]) => {
  const folder = temporaryFolder();
  const sources = cells.map((source) => ({ source }));
  const done = await runNotebook(writeNotebook(folder, 'x.ipynb', [...sources, SAY_FINISHED]), { root, resultsDir: folder });
  return done.cells.map(({ outputs }) => outputs.map(({ text }) => text).join('')).slice(0, -1);
};
const LATE = "import { late } from './lib/small/late.js';\nconsole.log(late);";
const ASK = "import { priceOf } from './lib/small/index.js';\nconsole.log(priceOf(3));";

describeWithJupyter('kernels that start after each other', () => {
  test('the first declares lib, the next finds it declared, an edit is a state of its own', async () => {
    const root = smallProject();
    expect(await run(root, ASK)).toEqual(['6\n']);
    const [first] = kept(root);
    expect(kept(root)).toEqual([expect.stringMatching(/^types-[0-9a-f]{32}\.json$/)]);
    const writtenAt = statSync(join(root, 'build', 'notebook', first!)).mtimeMs;

    expect(await run(root, ASK)).toEqual(['6\n']);
    expect(kept(root)).toEqual([first]);
    expect(statSync(join(root, 'build', 'notebook', first!)).mtimeMs).toBe(writtenAt);

    write(root, 'lib/small/price.ts', "export const priceOf = (ticks: number) => ticks + ' yuan';\n");
    expect(await run(root, `${ASK}\nconst text: string = priceOf(4);\nconsole.log(text);`)).toEqual(['3 yuan\n4 yuan\n']);
    expect(kept(root)).toHaveLength(2);
    await expect(run(root, `${ASK}\nconst n: number = priceOf(4);`)).rejects.toThrow(
      /3:7 - Type 'string' is not assignable to type 'number'/,
    );
  });

  test('an error in lib stops a cell that reaches it, with its place and text, and no other', async () => {
    const root = smallProject();
    write(root, 'lib/small/tick.ts', "export const tick: number = 'two';\n");
    write(root, 'lib/other/index.ts', 'export const other = 1;\n');
    await expect(run(root, ASK)).rejects.toThrow(
      /code cell 1 [\s\S]*\nlib\/small\/tick\.ts 1:14 - Type 'string' is not assignable to type 'number'/,
    );
    expect(await run(root, "import { other } from './lib/other/index.js';\nconsole.log(other);")).toEqual(['1\n']);
  });

  test('two that start at once make one and the same', async () => {
    const root = smallProject();
    expect(await Promise.all([run(root, ASK), run(root, ASK)])).toEqual([['6\n'], ['6\n']]);
    expect(kept(root)).toEqual([expect.stringMatching(/^types-[0-9a-f]{32}\.json$/)]);
  });
});

describeWithJupyter('a person at a kernel', () => {
  test('sees edits of lib in the next cell, through a door too, and what did not change stays the same', () => {
    const root = smallProject();
    const steps = [
      { cell: `${ASK}\nimport { loadedAt } from './lib/small/name.js';\nconst before = loadedAt;` },
      { complete: "import { pri } from './lib/small/index.js';\nprice" },
      { complete: "import { priceOf, name } from './lib/small/index.js';\nname.toUpp" },
      { write: 'lib/small/tick.ts', text: 'export const tick: number = 5;\n' },
      { cell: ASK },
      { write: 'lib/small/price.ts', text: "export const priceOf = (ticks: number, unit: string) => ticks + ' ' + unit;\n" },
      { cell: ASK },
      { cell: "import { priceOf } from './lib/small/index.js';\nconsole.log(priceOf(3, 'fen'));" },
      { write: 'lib/small/name.ts', text: 'export const name: string = 1;\n' },
      { cell: 'console.log(1);' },
      { cell: "import { name } from './lib/small/index.js';" },
      { write: 'lib/small/name.ts', text: SMALL['lib/small/name.ts'] },
      { cell: "import { name as again } from './lib/small/index.js';\nconsole.log(again);" },
      { cell: LATE },
      { write: 'lib/small/late.ts', text: "export const late: string = 'late';\n" },
      { cell: LATE },
      { remove: 'lib/small/late.ts' },
      { cell: LATE },
    ];
    const environment = ensurePython({ quiet: true });
    const asked = spawnSync(environment.python, [join(ROOT, 'test', 'notebook', 'interactive_kernel.py'), root], {
      input: JSON.stringify(steps),
      env: jupyterVariables(root, environment),
      encoding: 'utf8',
      timeout: 600_000,
    });
    expect(asked.stderr).toBe('');
    const said = (status: string, text: unknown) => ({ status, text });
    expect(JSON.parse(asked.stdout)).toEqual([
      said('ok', '6\n'),
      ['priceOf'],
      ['toUpperCase'],
      said('ok', '15\n'),
      said('error', '2:13 - Expected 2 arguments, but got 1.\n'),
      said('ok', '3 fen\n'),
      said('ok', '1\n'),
      said('error', "lib/small/name.ts 1:14 - Type 'number' is not assignable to type 'string'.\n"),
      said('ok', 'small\n'),
      said('error', expect.stringContaining("Cannot find module './lib/small/late.js'")),
      said('ok', 'late\n'),
      said('error', expect.stringContaining("Cannot find module './lib/small/late.js'")),
    ]);
  });
});
