/** A figure that moves while a cell runs: each drawing takes the place of the one before. */
import type { Effects } from './effects.js';
import type { FigureLike } from './rendering.js';

let shown = 0;

/**
 * Draws at most every `everyMs` (by the clock of the effects), as an SVG alone; show the finished figure with `show` afterwards. A kernel
 * can only append outputs, so each one hides the one before by a style of its own. Without a display it does nothing.
 */
export function liveFigure(
  { display, clock }: Pick<Effects, 'display' | 'clock'>,
  everyMs = 1000,
): (draw: () => FigureLike | null) => void {
  let last = Number.NEGATIVE_INFINITY;
  const base = `live-${++shown}`;
  let frame = 0;
  return (draw) => {
    const now = clock.now();
    if (display === undefined || now - last < everyMs) return;
    const figure = draw();
    if (figure === null) return;
    last = now;
    frame++;
    const hide = frame > 1 ? `<style>.${base}-${frame - 1}{display:none}</style>` : '';
    display('text/html', `<div class="${base}-${frame}">${figure.svg}</div>${hide}`);
  };
}
