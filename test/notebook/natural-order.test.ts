// Generated imports stand in the order that biome asks for: biome itself is asked.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type ImportedName, importLines } from '../../lib/notebook/imports.js';
import { naturalOrder } from '../../lib/notebook/natural-order.js';
import { ROOT } from './support.js';

/** What biome makes of a file. */
function organised(text: string): string {
  const biome = join(ROOT, 'node_modules', '.bin', 'biome');
  const flags = ['check', '--write', '--formatter-enabled=false', '--linter-enabled=false', '--stdin-file-path=pipelines/x.ts'];
  const asked = spawnSync(biome, flags, { cwd: ROOT, encoding: 'utf8', input: text });
  expect(asked.status, asked.stderr).toBe(0);
  return asked.stdout;
}

const name = (local: string, exported = local, module = './lib/core/index.js', typeOnly = false): ImportedName => ({
  local,
  exported,
  module,
  typeOnly,
});

test('names and modules that differ by case, digits and marks', () => {
  // The documented example, and the pair that a generated pipeline had wrong.
  expect(['b', 'B', 'a10', 'a9', 'a', 'A', 'dateOf', 'DAY_MS'].sort(naturalOrder)).toEqual([
    'A',
    'a',
    'a9',
    'a10',
    'B',
    'b',
    'DAY_MS',
    'dateOf',
  ]);
  const letters = ['dateOf', 'DAY_MS', 'Date1', 'dateof', 'DATEOF', 'dayOf', '_x', '$y', 'x_a', 'xB', 'xb', 'X_a', 'foo$bar', 'fooBar'];
  const numbers = ['a10', 'a2', 'a1', 'a01', 'a1b', 'aBc', 'abc', 'n9', 'n10', 'N10'];
  const modules = ['a-b', 'a_b', 'aB', 'ab', 'Ab', 'a10', 'a2', 'a.b', 'a/b'].map((path) =>
    name(`m${path.replace(/\W/g, '')}`, 'one', `./lib/${path}/index.js`),
  );
  const packages = ['node:path', 'node:fs', 'zod', '@scope/b', 'a-b', 'a_b'].map((module, i) => name(`package${i}`, 'two', module));
  const own = [name('beside', 'beside', './pipelines/beside.js')];
  const renamed = [name('b', 'c'), name('C', 'a'), name('type1', 'T', './lib/core/index.js', true)];
  const all = [...modules, ...packages, ...own, ...renamed, ...[...letters, ...numbers].map((local) => name(local))];
  const text = `${importLines(all, (local) => local === 'DAY_MS').join('\n')}\n`;
  expect(organised(text)).toBe(text);
});

test('defaults and namespaces beside names, values and types', () => {
  const cases = [
    [name('d', 'default', 'one'), name('x', 'x', 'one'), name('T', 'T', 'one', true)],
    [name('d', 'default', 'one', true), name('x', 'x', 'one')],
    [name('d', 'default', 'one', true), name('T', 'T', 'one', true)],
    [name('all', '*', 'one'), name('x', 'x', 'one')],
    [name('all', '*', 'one'), name('d', 'default', 'one')],
    [name('all', '*', 'one'), name('d', 'default', 'one'), name('x', 'x', 'one')],
    [name('all', '*', 'one'), name('d', 'default', 'one', true)],
    [name('all', '*', 'one', true), name('d', 'default', 'one')],
    [name('d', 'default', 'one')],
    [name('T', 'T', 'one', true), name('U', 'U', 'one', true), name('all', '*', 'one', true)],
    [name('d', 'default', 'one'), name('T', 'T', 'one', true)],
  ];
  for (const names of cases) {
    const text = `${importLines(names, () => false).join('\n')}\n`;
    expect(organised(text)).toBe(text);
  }
});
