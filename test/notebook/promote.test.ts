import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { InputError } from '../../lib/core/index.js';
import { fillParameters, PromotionError, promote, promoteCheck } from '../../lib/notebook/index.js';
import { type Cell, FIXTURE, notebookJson, ROOT, temporaryProject } from './support.js';

const PARAMETERS: Cell = { source: 'const factor = 2;', tags: ['parameters'] };
const pipeline = (source: string): Cell => ({ source, tags: ['pipeline'] });

/** Promotes a notebook of these cells and gives the pipeline's path. */
function promotedFile(root: string, cells: readonly Cell[]): string {
  const path = join(root, 'notebooks', '02-x.ipynb');
  writeFileSync(path, JSON.stringify(notebookJson(cells)));
  return promote(path, { root });
}

const promoted = (cells: readonly Cell[]): string => readFileSync(promotedFile(temporaryProject(), cells), 'utf8');

/** Changes the source of a cell of the project's fixture. */
function editFixture(root: string, id: string, edit: (source: string) => string): void {
  const path = join(root, 'notebooks', '01-double.ipynb');
  const json = JSON.parse(readFileSync(path, 'utf8'));
  const cell = json.cells.find((candidate: { id: string }) => candidate.id === id);
  cell.source = edit([cell.source].flat().join(''));
  writeFileSync(path, JSON.stringify(json));
}

test('the fixture becomes the golden pipeline, the same bytes each time', async () => {
  const root = temporaryProject();
  const path = join(root, 'notebooks', '01-double.ipynb');
  const first = readFileSync(promote(path, { root }), 'utf8');
  expect(readFileSync(promote(path, { root }), 'utf8')).toBe(first);
  // Written by this generator and read through by a person: parameters, hoisted imports, template literal left alone.
  await expect(first).toMatchFileSnapshot('golden/double.ts.txt');
  expect(() => promoteCheck({ root })).not.toThrow();
});

test('what is generated passes the linter as the project sets it, with names that only other cells use', () => {
  const root = temporaryProject();
  const { vcs: _vcs, ...settings } = JSON.parse(readFileSync(join(ROOT, 'biome.json'), 'utf8'));
  delete settings.$schema;
  writeFileSync(join(root, 'biome.json'), JSON.stringify(settings));
  const wide = 'const unused = factor;\nconst   wide = [ factor,\n factor ];\ndeclare({ wide });';
  promotedFile(root, [PARAMETERS, pipeline(wide), { source: 'console.log(unused);' }]);
  const check = spawnSync(join(ROOT, 'node_modules', '.bin', 'biome'), ['check', '--error-on-warnings', 'pipelines'], {
    cwd: root,
    encoding: 'utf8',
  });
  expect(`${check.stdout}${check.stderr}`).toMatch(/Checked 1 file .*No fixes applied/);
  expect(check.status).toBe(0);
});

test('literal parameters are typed, with their comments and their own types kept', () => {
  const source =
    "// Fen.\nconst fee = -5;\nconst on = true;\nconst names = ['a', \"b's\"];\nconst deep: { at: number | null } = { at: null };";
  const text = promoted([{ source, tags: ['parameters'] }, pipeline('console.log(fee, on, names, deep);')]);
  expect(text).toContain(
    '  // Fen.\n  readonly fee: number;\n  readonly on: boolean;\n  readonly names: string[];\n  readonly deep: { at: number | null };\n',
  );
  expect(text).toContain("  fee: -5,\n  on: true,\n  names: ['a', 'b\\'s'],\n  deep: { at: null },\n");
});

test('imports are hoisted, rewritten for pipelines/, and taken as types where only types use them', () => {
  const text = promoted([
    PARAMETERS,
    {
      source:
        "import { hashOf, DAY_MS, type Clock } from './lib/core/index.js';\nimport { z } from 'zod';\nimport * as stats from './lib/stats/index.js';",
    },
    pipeline(
      "import { dateOf as iso } from './lib/core/index.js';\nconst clock: Clock = effects.clock;\nconst t: z.ZodType | null = null;\nhashOf([iso(0), stats, clock, t, factor]);",
    ),
  ]);
  const imports = text.split('\n').filter((line) => line.startsWith('import'));
  expect(imports).toEqual([
    "import type { z } from 'zod';",
    "import { type Clock, hashOf, dateOf as iso } from '../lib/core/index.js';",
    "import { type Effects, fillParameters, pipelineScope, type Results } from '../lib/notebook/index.js';",
    "import * as stats from '../lib/stats/index.js';",
  ]);
});

test('what can not be promoted is refused by name', () => {
  const refused = (...cells: Cell[]) => expect(() => promoted(cells));
  refused(pipeline('1;')).toThrow(/a cell tagged parameters/);
  refused(PARAMETERS).toThrow(/a cell tagged pipeline/);
  refused({ source: 'const now = Date.now();', tags: ['parameters'] }, pipeline('1;')).toThrow(/literal values in code cell 1 .*Date\.now/);
  refused({ source: 'let a = 1;', tags: ['parameters'] }, pipeline('1;')).toThrow(/literal values in code cell 1/);
  refused(PARAMETERS, { source: 'const rate = 3;' }, pipeline('console.log(rate);')).toThrow(
    /code cell 3 .* to use promoted cells only, got "rate" of code cell 2 .* Tag that cell pipeline too/,
  );
  refused(PARAMETERS, pipeline('const a = 1;'), pipeline('const a = 2;')).toThrow(
    /"a" declared once, got it in code cell 2 .* and code cell 3/,
  );
  refused(PARAMETERS, pipeline('const effects = 1;')).toThrow(/a name of its own in code cell 2 .*"effects"/);
  refused(PARAMETERS, PARAMETERS, pipeline('1;')).toThrow(InputError);
});

test('an inner name that an untagged cell also has is no use of that cell', () => {
  expect(promoted([PARAMETERS, { source: 'const row = 1;' }, pipeline('[1].map((row) => row * factor);')])).toContain('[1].map((row) =>');
});

test('the check names each edited, new and lost cell, a hand-made edit, and a pipeline without a notebook', () => {
  const root = temporaryProject();
  const check = () => promoteCheck({ root });
  expect(check).toThrow(/pipelines\/double\.ts is missing/);
  const path = promote(join(root, 'notebooks', '01-double.ipynb'), { root });
  editFixture(root, 'parameters', (source) => source.replace('factor = 2', 'factor = 4'));
  editFixture(root, 'show', (source) => `${source}\n// not promoted`);
  expect(check).toThrow(/code cell 1 \("\/\/ How often each value is counted\."\) was edited in 01-double\.ipynb/);
  expect(check).toThrow(PromotionError);
  editFixture(root, 'parameters', (source) => source.replace('factor = 4', 'factor = 2'));
  expect(check).not.toThrow();
  const text = readFileSync(path, 'utf8');
  writeFileSync(path, text.replace('value * factor', 'value + factor'));
  expect(check).toThrow(/double\.ts was edited by hand/);
  writeFileSync(path, text.replace(/ {2}compute pipeline/, '  gone pipeline'));
  expect(check).toThrow(/code cell 3 .* is new[\s\S]*cell gone is no longer promoted/);
  writeFileSync(path, text);
  writeFileSync(join(root, 'pipelines', 'other.ts'), 'export {};\n');
  expect(check).toThrow(/pipelines\/other\.ts has no notebook/);
  rmSync(join(root, 'pipelines', 'other.ts'));
  expect(check).not.toThrow();
});

test('parameters of a pipeline are checked by name and kind', () => {
  const defaults = { factor: 2, names: ['a'] };
  expect(fillParameters('x', defaults, { factor: 3 })).toEqual({ factor: 3, names: ['a'] });
  expect(() => fillParameters('x', defaults, { faktor: 3 } as object)).toThrow('x: expected a parameter of factor, names, got "faktor"');
  expect(() => fillParameters('x', defaults, { names: 'a' } as object)).toThrow('x: expected array for "names", got "a"');
  expect(readFileSync(FIXTURE, 'utf8')).toContain('"pipeline"');
});
