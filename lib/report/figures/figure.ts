/** What every figure gives: a drawing that needs no browser, the same drawing for Plotly, and its numbers as a table. */
import type { Table } from '../table.js';

/** A Plotly figure as plain JSON. Colours are the light ones of the palette. */
export interface PlotlyFigure {
  readonly data: readonly Readonly<Record<string, unknown>>[];
  readonly layout: Readonly<Record<string, unknown>>;
}

export interface Figure {
  /** Name within a page: letters, digits, hyphens. */
  readonly id: string;
  readonly title: string;
  /** What is drawn and how to read it, one or two sentences. */
  readonly description: string;
  /** Stand-alone, with `<title>` and `<desc>`, `role="img"`. */
  readonly svg: string;
  readonly table: Table;
  readonly plotly: PlotlyFigure;
}
