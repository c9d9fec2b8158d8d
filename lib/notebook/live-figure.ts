/** A figure that moves while a cell runs: each drawing takes the place of the one before. */
import type { Effects } from './effects.js';
import type { FigureLike } from './rendering.js';

export interface LiveFigure {
  /** Draws when the last drawing is old enough. */
  draw(figure: () => FigureLike): void;
  /** Takes the last drawing away: show the finished figure with `show`, which has a caption and its numbers. */
  end(): void;
}

let shown = 0;

/**
 * At most one drawing every `everyMs` by the clock of the effects. A kernel can only append outputs, so each hides the one before by a
 * style of its own. Without a display, as in a pipeline, it does nothing.
 */
export function liveFigure({ display, clock }: Pick<Effects, 'display' | 'clock'>, everyMs = 1000): LiveFigure {
  const base = `live-${++shown}`;
  let last = Number.NEGATIVE_INFINITY;
  let frame = 0;
  const hide = (): string => (frame > 0 ? `<style>.${base}-${frame}{display:none}</style>` : '');
  return {
    draw(figure) {
      const now = clock.now();
      if (display === undefined || now - last < everyMs) return;
      last = now;
      const before = hide();
      frame++;
      display('text/html', `<div class="${base}-${frame}">${figure().svg}</div>${before}`);
    },
    end() {
      if (frame > 0) display?.('text/html', hide());
    },
  };
}
