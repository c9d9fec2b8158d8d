/** Pieces of a static SVG figure: frame, axes, labels. Concrete colours, no style sheet, so it also stands alone in a notebook. */
import { DAY_MS, dateOf } from '../core/index.js';
import { scales } from './drawing.js';
import { escapeText } from './format.js';
import { GRID, INK, MUTED } from './palette.js';

export const WIDTH = 760;
export const HEIGHT = 320;
/** Room for tick labels on the left, for series names on the right. */
export const MARGIN = { top: 26, right: 152, bottom: 28, left: 62 } as const;
/** Of the labels of an axis, pixels at most. */
const DIGIT_WIDTH = 7.2;
const LABEL_GAP = 12;
const FONT = "system-ui,-apple-system,'Segoe UI',Roboto,'PingFang SC','Noto Sans CJK SC','Microsoft YaHei',sans-serif";

/** `12.3` with at most one decimal. */
export const px = (value: number): string => String(Math.round(value * 10) / 10);

/** A whole figure. `title` and `description` are plain text and become `<title>` and `<desc>`. */
export function svgFrame(title: string, description: string, body: string, height: number = HEIGHT): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" font-family="${FONT}" font-size="12" fill="${INK}"><title>${escapeText(title)}</title><desc>${escapeText(description)}</desc>${body}</svg>`;
}

export function text(
  x: number,
  y: number,
  label: string,
  options: { anchor?: string; fill?: string; weight?: number; size?: number } = {},
): string {
  const { anchor = 'start', fill = MUTED, weight, size } = options;
  return `<text x="${px(x)}" y="${px(y)}" text-anchor="${anchor}" fill="${fill}"${weight ? ` font-weight="${weight}"` : ''}${size ? ` font-size="${size}"` : ''}>${escapeText(label)}</text>`;
}

export const rule = (x1: number, y1: number, x2: number, y2: number, stroke: string = GRID): string =>
  `<line x1="${px(x1)}" y1="${px(y1)}" x2="${px(x2)}" y2="${px(y2)}" stroke="${stroke}"/>`;

/** At most `units` wide, a wide (CJK) character counting two; an ellipsis stands for the rest. */
export function shorten(label: string, units: number): string {
  let used = 0;
  let out = '';
  for (const c of label) {
    used += (c.codePointAt(0) ?? 0) > 0x2e7f ? 2 : 1;
    if (used > units) return `${out.slice(0, -1)}\u2026`;
    out += c;
  }
  return out;
}

export interface Scale {
  (value: number): number;
  ticks(count?: number): number[];
}

/** From epoch days to pixels. */
export function dayScale(from: number, to: number): { x: (day: number) => number; axis: string } {
  const right = WIDTH - MARGIN.right;
  const scale = scales().scaleUtc([from * DAY_MS, Math.max(to, from + 1) * DAY_MS], [MARGIN.left, right]);
  const ticks = scale
    .ticks(8)
    .map((t) => t.getTime() / DAY_MS)
    .filter(Number.isInteger);
  const years = ticks.every((t) => dateOf(t).endsWith('-01-01'));
  const months = ticks.every((t) => dateOf(t).endsWith('-01'));
  const bottom = HEIGHT - MARGIN.bottom;
  const characters = years ? 4 : months ? 7 : 10;
  // d3 gives up to twice what was asked for; as many as don't touch are kept.
  const most = Math.floor((right - MARGIN.left) / (DIGIT_WIDTH * characters + LABEL_GAP));
  const step = Math.ceil(ticks.length / most);
  const axis = ticks.map((t, i) => {
    const label = i % step === 0 ? dateOf(t).slice(0, characters) : '';
    return (
      rule(scale(t * DAY_MS), bottom, scale(t * DAY_MS), bottom + 4, MUTED) +
      (label === '' ? '' : text(scale(t * DAY_MS), bottom + 17, label, { anchor: 'middle' }))
    );
  });
  return { x: (day) => scale(day * DAY_MS), axis: axis.join('') + rule(MARGIN.left, bottom, right, bottom, MUTED) };
}

/** From values to pixels, with grid lines and labels. `low < high`; a log scale needs both above 0. */
export function valueScale(low: number, high: number, label: (value: number) => string, log = false): { y: Scale; axis: string } {
  const range: [number, number] = [HEIGHT - MARGIN.bottom, MARGIN.top];
  const y: Scale = log ? scales().scaleLog([low, high], range) : scales().scaleLinear([low, high], range).nice(6);
  const ticks = y.ticks(6);
  const step = Math.ceil(ticks.length / 8);
  const axis = ticks
    .filter((_, i) => i % step === 0)
    .map((t) => rule(MARGIN.left, y(t), WIDTH - MARGIN.right, y(t)) + text(MARGIN.left - 8, y(t) + 4, label(t), { anchor: 'end' }));
  return { y, axis: axis.join('') };
}

/** Names at the right ends of lines, pushed apart so that none covers another. */
export function endLabels(labels: readonly { name: string; y: number; colour: string }[]): string {
  const gap = 15;
  const placed = labels.map((l) => ({ ...l })).sort((a, b) => a.y - b.y);
  const bottom = HEIGHT - MARGIN.bottom;
  placed.forEach((l, i) => {
    const above = placed[i - 1];
    if (above && l.y < above.y + gap) l.y = above.y + gap;
  });
  for (let i = placed.length - 1; i >= 0; i--) {
    const below = placed[i + 1];
    const limit = below ? below.y - gap : bottom;
    if (placed[i]!.y > limit) placed[i]!.y = limit;
  }
  return placed.map((l) => text(WIDTH - MARGIN.right + 8, l.y + 4, shorten(l.name, 18), { fill: l.colour, weight: 600 })).join('');
}
