/** What a memory answers to one question asked on several days: each recalled row by the day on which it became known. */
import { DAY_MS, dateOf } from '../../core/index.js';
import { scales } from '../drawing.js';
import { plotlyText } from '../format.js';
import { DASHES, MUTED, SERIES } from '../palette.js';
import { dayScale, HEIGHT, MARGIN, px, rule, shorten, svgFrame, text, WIDTH } from '../svg.js';
import type { Figure } from './figure.js';

export interface RecallDatesFigureData {
  readonly question: string;
  /** Rows recalled by instant asked, best first; one without rows stands for itself. At least one. */
  readonly asked: readonly {
    readonly asOf: number;
    readonly items: readonly { readonly kind: string; readonly text: string; readonly knownAt: number; readonly score: number }[];
  }[];
}

const TITLE = 'What is recalled, by the day of asking';

export function recallDatesFigure({ question, asked }: RecallDatesFigureData): Figure {
  const description = `"${question}", asked as of several days. Each point is a recalled row, as high as the day on which it became known, and larger the better it fits. The dashed line is the moment of asking: nothing can lie above it.`;
  const points = asked.flatMap(({ asOf, items }) =>
    items.map((item, rank) => ({ ...item, asOf, day: asOf / DAY_MS, rank: rank + 1, known: item.knownAt / DAY_MS })),
  );
  const kinds = [...new Set(points.map(({ kind }) => kind))].sort();
  const days = asked.map(({ asOf }) => asOf / DAY_MS);
  const from = Math.min(...days, ...points.map(({ known }) => known));
  const to = Math.max(...days);
  const { x, axis } = dayScale(Math.floor(from), to);
  const bottom = HEIGHT - MARGIN.bottom;
  const right = WIDTH - MARGIN.right;
  const y = scales().scaleUtc([Math.floor(from) * DAY_MS, Math.max(to, Math.floor(from) + 1) * DAY_MS], [bottom, MARGIN.top]);
  const grid = y
    .ticks(5)
    .map(
      (tick) =>
        rule(MARGIN.left, y(tick), right, y(tick)) +
        text(MARGIN.left - 6, y(tick) + 4, dateOf(Math.floor(tick.getTime() / DAY_MS)).slice(2), { anchor: 'end', size: 11 }),
    );
  const now = `<line x1="${px(x(from))}" y1="${px(y(from * DAY_MS))}" x2="${px(x(to))}" y2="${px(y(to * DAY_MS))}" stroke="${MUTED}" stroke-dasharray="${DASHES[1]!.svg}"/>`;
  const stems = days.map((day) => rule(x(day), bottom, x(day), y(day * DAY_MS)));
  const dots = points.map(
    ({ day, known, kind, score }) =>
      `<circle cx="${px(x(day))}" cy="${px(y(known * DAY_MS))}" r="${px(3 + 4 * Math.min(1, Math.max(0, score)))}" fill="${colourOf(kinds, kind)}" fill-opacity="0.7"/>`,
  );
  const key = kinds.map((kind, i) =>
    text(right + 8, MARGIN.top + 10 + i * 17, `● ${shorten(kind, 16)}`, { fill: colourOf(kinds, kind), weight: 600 }),
  );
  const line = text(right + 8, bottom, 'dashed: day asked');
  const caption = text(MARGIN.left, 14, 'Became known on');
  return {
    id: 'recall-dates',
    title: TITLE,
    description,
    svg: svgFrame(TITLE, description, grid.join('') + axis + stems.join('') + now + dots.join('') + key.join('') + line + caption),
    table: {
      thinBy: 'head',
      columns: [
        { name: 'Asked as of', unit: 'UTC', format: 'instant', values: points.map(({ asOf }) => asOf) },
        { name: 'Rank', format: 'count', values: points.map(({ rank }) => rank) },
        { name: 'Known at', unit: 'UTC', format: 'instant', values: points.map(({ knownAt }) => knownAt) },
        { name: 'Kind', format: 'text', values: points.map(({ kind }) => kind) },
        { name: 'Score', format: 'ratio', values: points.map(({ score }) => score) },
        { name: 'Text', format: 'text', values: points.map((point) => point.text) },
      ],
    },
    plotly: {
      data: [
        ...kinds.map((kind) => {
          const own = points.filter((point) => point.kind === kind);
          return {
            type: 'scatter',
            mode: 'markers',
            name: plotlyText(kind),
            x: own.map(({ day }) => dateOf(Math.floor(day))),
            y: own.map(({ known }) => dateOf(Math.floor(known))),
            text: own.map((point) => plotlyText(shorten(point.text, 80))),
            marker: { color: colourOf(kinds, kind), size: own.map(({ score }) => 6 + 8 * Math.min(1, Math.max(0, score))), opacity: 0.7 },
            hovertemplate: 'asked %{x}, known %{y}: %{text}<extra></extra>',
          };
        }),
        {
          type: 'scatter',
          mode: 'lines',
          name: 'day asked',
          x: [from, to].map((day) => dateOf(Math.floor(day))),
          y: [from, to].map((day) => dateOf(Math.floor(day))),
          line: { color: MUTED, dash: 'dash', width: 1 },
          hoverinfo: 'skip',
        },
      ],
      layout: { hovermode: 'closest', xaxis: { title: { text: 'Asked as of' } }, yaxis: { title: { text: 'Became known on' } } },
    },
  };
}

const colourOf = (kinds: readonly string[], kind: string): string => SERIES[kinds.indexOf(kind) % SERIES.length]!;
