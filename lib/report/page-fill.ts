/** The page template filled: a body, its title, the data blocks that the page's script and other programs read. */
import type { RunRow } from '../replay/index.js';
import { packColumns } from './columns.js';
import type { Figure } from './figures/figure.js';
import { escapeText, scriptJson } from './format.js';
import { DARK } from './palette.js';
import { headerOf } from './table.js';

export interface PageFill {
  readonly title: string;
  readonly body: string;
  /** Runs that `hindcast verify` finds in the page. */
  readonly runs: readonly RunRow[];
  /** Every number that the body says in words. */
  readonly facts: unknown;
  readonly figures: readonly Figure[];
}

export function fillPage(template: string, { title, body, runs, facts, figures }: PageFill): string {
  const packed = packColumns(
    figures.map((f) => ({ id: f.id, ...f.plotly, table: f.table.columns.map((c) => ({ header: headerOf(c), values: c.values })) })),
  );
  const scripts = [
    `<script type="application/json" id="hindcast-run">${scriptJson(runs)}</script>`,
    `<script type="application/json" id="hindcast-facts">${scriptJson(facts)}</script>`,
    `<script type="application/json" id="hindcast-figures">${scriptJson({ columns: packed.columns, value: packed.value })}</script>`,
  ].join('\n');
  // Replacements are functions: a "$&" in a symbol's name must stay as it is.
  return template
    .replace('<title>hindcast-title</title>', () => `<title>${escapeText(title)}</title>`)
    .replace('<!--hindcast-dark-->', () => `<style>@media screen and (prefers-color-scheme:dark){${darkRules()}}</style>`)
    .replace('<!--hindcast-body-->', () => `${body}\n${scripts}`);
}

/** The dark colours of static drawings, as rules on their attributes. */
const darkRules = (): string =>
  Object.entries(DARK)
    .map(([light, dark]) => `.static [fill="${light}"]{fill:${dark}}.static [stroke="${light}"]{stroke:${dark}}`)
    .join('');
