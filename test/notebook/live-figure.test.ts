import { expect, test } from 'vitest';
import { manualClock } from '../../lib/core/index.js';
import { liveFigure } from '../../lib/notebook/index.js';

test('each drawing hides the one before, the end hides the last, and none comes too soon', () => {
  const clock = manualClock(0);
  const shown: string[] = [];
  const live = liveFigure({ clock, display: (_mime, html) => shown.push(html) }, 1000);
  const figure = (n: number) => () => ({ title: 'x', svg: `<svg>${n}</svg>` });
  live.draw(figure(1));
  clock.advance(999);
  live.draw(figure(2));
  clock.advance(1);
  live.draw(figure(3));
  live.end();
  expect(shown).toHaveLength(3);
  const [first, second, end] = shown;
  const name = /class="(live-\d+-1)"><svg>1</.exec(first!)![1]!;
  expect(second).toContain('<svg>3</svg>');
  expect(second).toContain(`<style>.${name}{display:none}</style>`);
  expect(end).toBe(`<style>.${name.replace(/1$/, '2')}{display:none}</style>`);
});

test('without a display it draws nothing', () => {
  const live = liveFigure({ clock: manualClock(0) });
  live.draw(() => {
    throw new Error('drawn');
  });
  expect(() => live.end()).not.toThrow();
});
