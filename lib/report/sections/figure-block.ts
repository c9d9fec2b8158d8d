/** A figure on the page: heading, description, drawing, data. */

import type { Figure } from '../figures/figure.js';
import { escapeText } from '../format.js';
import { tableHtml } from '../table.js';

export interface FigureBlockOptions {
  /** A log-scale switch beside the figure. */
  readonly log?: boolean;
  /** Name of the selector that the figure belongs to. */
  readonly group?: string;
  /** One of many: without a static drawing, so not on paper. */
  readonly screenOnly?: boolean;
}

export function figureHtml(figure: Figure, { log = false, group, screenOnly = false }: FigureBlockOptions = {}): string {
  const id = escapeText(figure.id);
  const title = escapeText(figure.title);
  const logButton = log ? `<button type="button" data-log="${id}" aria-pressed="false" hidden>Log scale</button>` : '';
  const member = group ? ` data-member="${group}"` : '';
  return `<section class="figure${screenOnly ? ' screen-only' : ''}" id="figure-${id}"${member}${screenOnly ? ' hidden' : ''} aria-labelledby="title-${id}">
<h3 id="title-${id}">${title}</h3><p class="description" id="text-${id}">${escapeText(figure.description)}</p>
<div class="tools">${logButton}<button type="button" data-csv="${id}" hidden>Download data (CSV)</button></div>
<figure aria-labelledby="title-${id}" aria-describedby="text-${id}"><div class="plot" aria-hidden="true" hidden></div><div class="static">${screenOnly ? '' : figure.svg}</div></figure>
<details><summary>Data of this figure</summary>${tableHtml(figure.table, figure.title)}</details></section>`;
}
