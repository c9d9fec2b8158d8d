import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { NotebookError, runNotebook } from '../../lib/notebook/index.js';
import { type Cell, describeWithJupyter, FIXTURE, ROOT, SAY_FINISHED, temporaryFolder, writeNotebook } from './support.js';

const run = (cells: readonly Cell[], timeoutMs = 240_000) => {
  const folder = temporaryFolder();
  return runNotebook(writeNotebook(folder, 'x.ipynb', cells), { resultsDir: folder, timeoutMs });
};

describeWithJupyter('a notebook in real Jupyter', () => {
  test('runs top to bottom with other parameters and gives back what it declared', async () => {
    const folder = temporaryFolder();
    const done = await runNotebook(FIXTURE, { parameters: { factor: 3, label: "it's" }, resultsDir: folder });
    // By hand: (1 + 2.5 - 3) x 3; scaled values 3, 7.5, -9.
    expect(done.results).toMatchObject({ sum: 1.5, scaled: [3, 7.5, -9], label: "it's", timed: true });
    const html = done.cells.flatMap((cell) => cell.outputs.filter((output) => output.kind === 'text/html')).map((output) => output.text);
    expect(html.join()).toContain('>A table</caption>');
    expect(html.join()).toContain('&lt;b&gt;1&lt;/b&gt;');
    expect(html.join()).toContain('Sum 1.50 of 3 values &lt;script&gt;');
    expect(done.executed).toBe(join(folder, 'notebooks', '01-double.ipynb'));
    expect(JSON.parse(readFileSync(done.executed, 'utf8')).cells.at(-1).execution_count).toBe(6);
    expect(readdirSync(join(folder, 'notebooks'))).toEqual(['01-double.ipynb']);
  });

  test('imports every door of lib in a cell', async () => {
    const rooms = readdirSync(join(ROOT, 'lib'), { withFileTypes: true }).filter(
      (entry) => entry.isDirectory() && entry.name !== 'cli' && readdirSync(join(ROOT, 'lib', entry.name)).includes('index.ts'),
    );
    const doors = rooms.map(({ name }) => ({
      source: `import * as ${name}Room from './lib/${name}/index.js';\nconsole.log(Object.keys(${name}Room).length > 0);`,
    }));
    const done = await run([...doors, SAY_FINISHED]);
    expect(rooms.length).toBeGreaterThan(8);
    expect(done.cells.slice(0, -1).map((cell) => cell.outputs.map((output) => output.text))).toEqual(rooms.map(() => ['true\n']));
  });

  test('a cell sees names of earlier cells in shorthand properties too, which tslab alone loses', async () => {
    const done = await run([
      { source: 'const price = 12; const size = 3;' },
      { source: 'console.log(JSON.stringify({ price, nested: { size } }));' },
      SAY_FINISHED,
    ]);
    expect(done.cells[1]?.outputs[0]?.text).toBe('{"price":12,"nested":{"size":3}}\n');
  });

  test('a log line shows in the cell that logged it, secrets masked', async () => {
    const done = await run([
      { source: "import { keepSecrets, log } from './lib/core/index.js';\nkeepSecrets(['planted-secret']);" },
      { source: "log('core').warn({ rows: 3 }, 'asked with planted-secret');" },
      SAY_FINISHED,
    ]);
    expect(done.cells[0]?.outputs).toEqual([]);
    expect(JSON.parse(done.cells[1]!.outputs[0]!.text)).toMatchObject({ room: 'core', rows: 3, msg: 'asked with ****' });
  });

  test('a failing cell fails the run: its number, first line and error text; a tag can not excuse it', async () => {
    const failing = { source: '// a comment\nconst ok = 1;\nthrow new RangeError("too far");', tags: ['raises-exception'] };
    const error = await run([{ source: 'const a = 1;' }, failing, SAY_FINISHED]).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(NotebookError);
    expect((error as Error).message).toMatch(/code cell 2 \("\/\/ a comment"\)/);
    expect((error as Error).message).toContain('RangeError: too far');
  });

  test('a type error fails the run with the compiler text', async () => {
    await expect(run([{ source: 'const n: number = "text";' }, SAY_FINISHED])).rejects.toThrow(
      /code cell 1 .*\n1:7 - Type 'string' is not assignable/,
    );
  });

  test('an unhandled rejection fails the run, also one after its cell', async () => {
    const late = { source: 'setTimeout(() => { void Promise.reject(new Error("nobody waits")); }, 20);' };
    const wait = { source: 'await new Promise((resolve) => setTimeout(resolve, 80));' };
    await expect(run([late, wait, SAY_FINISHED])).rejects.toThrow(/unhandled rejection, got 1: Error: nobody waits/);
  });

  test('a skipped cell fails the run', async () => {
    await expect(run([{ source: 'const a = 1;', tags: ['skip-execution'] }, SAY_FINISHED])).rejects.toThrow(
      /code cell 1 \("const a = 1;"\) skipped/,
    );
  });

  test('a last cell without the sentinel fails the run', async () => {
    await expect(run([SAY_FINISHED, { source: 'console.log("bye");' }])).rejects.toThrow(
      /last cell to print "hindcast: notebook finished"/,
    );
  });

  test('a kernel that dies, and one that takes too long, fail the run', async () => {
    await expect(run([{ source: 'process.exit(0);' }, SAY_FINISHED])).rejects.toThrow(/living kernel, got its death in code cell 1/);
    const endless = { source: 'await new Promise((resolve) => setTimeout(resolve, 1e6));' };
    // The time counts from Jupyter's start, which takes a busy machine long: given more until the cell is reached.
    let said = '';
    for (let timeoutMs = 6_000; said === '' || /no end of the start|didn't respond/.test(said); timeoutMs *= 2) {
      said = await run([endless, SAY_FINISHED], timeoutMs).then(String, (error: Error) => error.message);
    }
    expect(said).toMatch(/end in time, got no end of code cell 1/);
  });
});

test('a notebook that is none, an empty cell and a wrong parameter are refused before Jupyter starts', async () => {
  const folder = temporaryFolder();
  await expect(runNotebook(join(folder, 'no.ipynb'))).rejects.toThrow(/^readNotebook: expected a notebook, got no file/);
  await expect(runNotebook(writeNotebook(folder, 'a.ipynb', [{ source: ' ' }]))).rejects.toThrow(/expected no empty cell, got code cell 1/);
  await expect(runNotebook(FIXTURE, { parameters: { faktor: 1 } })).rejects.toThrow(/a parameter of factor, values, label, got "faktor"/);
  await expect(runNotebook(FIXTURE, { parameters: { factor: '3' } })).rejects.toThrow(/expected number for "factor", got "3"/);
});
