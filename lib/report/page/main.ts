/** The page's script: draws each figure with Plotly over its static drawing, follows the colour scheme, offers the tables as CSV. */
import Plotly from 'plotly.js-finance-dist-min';
import { type Column, unpackColumns } from '../columns.js';
import { DARK, GRID, INK, MUTED, PAPER } from '../palette.js';

type Json = Record<string, unknown>;
interface PageFigure {
  readonly id: string;
  readonly data: Json[];
  readonly layout: Json;
  /** CSV columns. */
  readonly table: readonly { readonly header: string; readonly values: readonly unknown[] }[];
}

const element = document.getElementById('hindcast-figures');
const packed = JSON.parse(element?.textContent ?? '{"columns":[],"value":[]}') as { columns: Column[]; value: unknown };
const figures = unpackColumns(packed.columns, packed.value) as PageFigure[];
const dark = window.matchMedia('(prefers-color-scheme: dark)');
const config = { displaylogo: false, responsive: true, modeBarButtonsToRemove: ['lasso2d', 'select2d', 'autoScale2d'] };
const logScale = new Set<string>();
const drawn = new Set<string>();

/** The same JSON in the colours of the screen: a dark one maps each palette colour, alpha kept. */
function inScheme(node: unknown): unknown {
  if (Array.isArray(node)) return typeof node[0] === 'object' ? node.map(inScheme) : node;
  if (typeof node === 'string') {
    const other = dark.matches ? DARK[node.slice(0, 7)] : undefined;
    return other ? other + node.slice(7) : node;
  }
  if (node === null || typeof node !== 'object') return node;
  return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, inScheme(value)]));
}

function layoutOf(figure: PageFigure, width: number): Json {
  const narrow = width < 560;
  const axis = { gridcolor: GRID, zerolinecolor: MUTED, linecolor: MUTED, tickcolor: MUTED, automargin: true, zeroline: false };
  const given = figure.layout as { xaxis?: Json; yaxis?: Json };
  return {
    font: { family: getComputedStyle(document.body).fontFamily, size: 12, color: INK },
    paper_bgcolor: 'rgba(0,0,0,0)',
    plot_bgcolor: 'rgba(0,0,0,0)',
    height: narrow ? 270 + 18 * figure.data.length : 380,
    margin: { l: narrow ? 44 : 60, r: 12, t: 12, b: 36 },
    legend: { orientation: 'h', y: 1.02, yanchor: 'bottom', x: 0, xanchor: 'left' },
    modebar: { bgcolor: 'rgba(0,0,0,0)', color: MUTED, activecolor: INK },
    hoverlabel: { bgcolor: PAPER, bordercolor: MUTED, font: { color: INK } },
    showlegend: figure.data.length > 1,
    ...figure.layout,
    xaxis: { ...axis, showgrid: false, ...given.xaxis },
    yaxis: { ...axis, ...given.yaxis, ...(narrow ? { title: { text: '' } } : {}), ...(logScale.has(figure.id) ? { type: 'log' } : {}) },
  };
}

async function draw(figure: PageFigure): Promise<void> {
  const block = document.getElementById(`figure-${figure.id}`);
  const plot = block?.querySelector<HTMLElement>('.plot');
  if (!block || !plot || block.closest('[hidden]')) return;
  plot.hidden = false;
  const [data, layout] = [inScheme(figure.data), inScheme(layoutOf(figure, plot.clientWidth))] as [Json[], Json];
  await (drawn.has(figure.id) ? Plotly.react : Plotly.newPlot)(plot, data, layout, config);
  drawn.add(figure.id);
  block.classList.add('drawn');
}

async function drawAll(): Promise<void> {
  for (const figure of figures) await draw(figure);
  document.documentElement.dataset['drawn'] = 'yes';
}

function csv(figure: PageFigure): string {
  const cell = (value: unknown): string => {
    const text = value === null || value === undefined ? '' : String(value);
    // A leading formula sign would be run by a spreadsheet; numbers keep theirs.
    const safe = typeof value === 'string' && /^[=+@\t-]/.test(text) ? `'${text}` : text;
    return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  const rows = (figure.table[0]?.values ?? []).map((_, i) => figure.table.map((column) => cell(column.values[i])).join(','));
  return `${[figure.table.map((column) => cell(column.header)).join(','), ...rows].join('\r\n')}\r\n`;
}

for (const button of Array.from(document.querySelectorAll<HTMLButtonElement>('button[data-csv]'))) {
  const figure = figures.find((f) => f.id === button.dataset['csv']);
  if (!figure) continue;
  button.hidden = false;
  button.addEventListener('click', () => {
    // The mark at the start tells spreadsheets that the text is UTF-8.
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob(['\ufeff', csv(figure)], { type: 'text/csv' }));
    link.download = `${figure.id}.csv`;
    link.click();
    URL.revokeObjectURL(link.href);
  });
}

for (const button of Array.from(document.querySelectorAll<HTMLButtonElement>('button[data-log]'))) {
  const figure = figures.find((f) => f.id === button.dataset['log']);
  if (!figure) continue;
  button.hidden = false;
  button.addEventListener('click', () => {
    if (!logScale.delete(figure.id)) logScale.add(figure.id);
    button.setAttribute('aria-pressed', String(logScale.has(figure.id)));
    void draw(figure);
  });
}

for (const select of Array.from(document.querySelectorAll<HTMLSelectElement>('select[data-group]'))) {
  const members = Array.from(document.querySelectorAll<HTMLElement>(`[data-member="${select.dataset['group']}"]`));
  const show = () => {
    for (const member of members) member.hidden = member.id !== select.value;
    const figure = figures.find((f) => `figure-${f.id}` === select.value);
    if (figure) void draw(figure);
  };
  (select.closest('.chooser') as HTMLElement).hidden = false;
  select.addEventListener('change', show);
  for (const member of members) member.hidden = member.id !== select.value;
}

dark.addEventListener('change', () => void drawAll());
let width = window.innerWidth;
let timer = 0;
window.addEventListener('resize', () => {
  window.clearTimeout(timer);
  timer = window.setTimeout(() => {
    if (width < 600 === window.innerWidth < 600) return;
    width = window.innerWidth;
    void drawAll();
  }, 200);
});
void drawAll();
