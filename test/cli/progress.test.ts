/** Log lines, text and a progress bar on one terminal: nothing is overwritten, and the bar is gone at the end. */
import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { openProgress } from '../../lib/cli/progress.js';
import { configureLog, log } from '../../lib/core/index.js';

/** What a terminal of 20 rows and 80 columns shows of what was written to it. */
function screenOf(text: string): string[] {
  const rows = Array.from({ length: 20 }, () => ' '.repeat(80));
  let [row, column] = [0, 0];
  let saved = [0, 0];
  const put = (at: string): void => {
    rows[row] = rows[row]!.slice(0, column) + at + rows[row]!.slice(column + at.length);
    column += at.length;
  };
  for (const [part] of text.replaceAll('\x1b', '␛').matchAll(/␛7|␛8|␛\[\??\d*(?:;\d+)?[A-Za-z]|[\s\S]/gu)) {
    const [, count = '', what] = /^␛\[\??(\d*)(?:;\d+)?([A-Za-z])$/.exec(part) ?? [];
    if (part === '␛7') saved = [row, column];
    else if (part === '␛8') [row, column] = saved as [number, number];
    else if (what === 'G') column = Number(count || 1) - 1;
    else if (what === 'K' && count === '2') rows[row] = ' '.repeat(80);
    else if (what === 'K' && count !== '1') rows[row] = rows[row]!.slice(0, column).padEnd(80);
    else if (what === 'h' || what === 'l') continue;
    else if (what !== undefined) throw new Error(`screenOf: expected a known sequence, got ${JSON.stringify(part)}. Add it.`);
    else if (part === '\r') column = 0;
    else if (part === '\n') [row, column] = [row + 1, 0];
    else put(part);
  }
  return rows.map((line) => line.trimEnd());
}

function terminal() {
  let text = '';
  const stream = Object.assign(new PassThrough(), { isTTY: true, columns: 80 });
  stream.on('data', (part: Buffer) => {
    text += part.toString();
  });
  return { stream: stream as unknown as NodeJS.WriteStream, screen: () => screenOf(text).join('\n').trimEnd().split('\n') };
}

test('log lines stand above the bar, whole, in order', () => {
  const { stream, screen } = terminal();
  const progress = openProgress(stream);
  configureLog({ level: 'info', levels: {}, pretty: true, write: (line) => progress.above(() => void stream.write(line)) });
  progress.above(() => void stream.write('before\n'));
  for (let done = 0; done < 4; done++) {
    progress.report({ task: 'replay', done, total: 5, at: `day ${done}` });
    log('replay').warn({ done }, 'a line');
    const shown = screen();
    expect(shown).toHaveLength(done + 3);
    expect(shown.at(-1)).toMatch(new RegExp(`^  replay .* ${20 * done} % +day ${done}$`));
  }
  progress.close();
  progress.above(() => void stream.write('after\n'));
  const [before, ...lines] = screen();
  expect(before).toBe('before');
  expect(lines.at(-1)).toBe('after');
  expect(lines.slice(0, -1).map((line) => line.replace(/^\d\d:\d\d:\d\d /, ''))).toEqual(
    [0, 1, 2, 3].map((done) => ` warn   replay      a line  done=${done}`),
  );
  configureLog({ pretty: false, write: () => {} });
});

test('without a bar, and after its end, text goes through as it is', () => {
  const { stream, screen } = terminal();
  const progress = openProgress(stream);
  progress.report({ task: 'replay', done: 5, total: 5, at: 'end' });
  progress.above(() => void stream.write('one\n'));
  progress.close();
  progress.close();
  progress.above(() => void stream.write('two\n'));
  expect(screen()).toEqual(['one', 'two']);
});

test('where there is no terminal, a line at each quarter', () => {
  let text = '';
  const stream = new PassThrough().on('data', (part: Buffer) => {
    text += part.toString();
  });
  const progress = openProgress(stream as unknown as NodeJS.WriteStream);
  for (let done = 0; done <= 8; done++) progress.report({ task: 'fetch', done, total: 8, at: `d${done}` });
  progress.above(() => void stream.write('said\n'));
  progress.close();
  expect(text).toBe('  fetch: 25 % (d2)\n  fetch: 50 % (d4)\n  fetch: 75 % (d6)\n  fetch: 100 % (d8)\nsaid\n');
});
