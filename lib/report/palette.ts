/**
 * Colours of figures: Okabe and Ito, "Color Universal Design" (2008), told apart by colour-blind readers and in grey print by their
 * dashes. Figures are drawn in the light colours; the page swaps them by {@link DARK} on a dark screen.
 */
export const INK = '#1f2933';
export const MUTED = '#5f6b7a';
export const GRID = '#e3e7ec';
export const PAPER = '#ffffff';
export const BLUE = '#0072b2';
export const ORANGE = '#d55e00';
export const GREEN = '#009e73';
export const PURPLE = '#a8558a';
export const GOLD = '#b87d00';
export const SKY = '#3c96c8';
export const INDEX_GREY = '#7b8794';

/** The subject first, then the comparisons in their order. */
export const SERIES: readonly string[] = [BLUE, ORANGE, GREEN, PURPLE, GOLD, SKY];
/** SVG dash patterns that go with {@link SERIES}; the same words as Plotly's `dash`. */
export const DASHES: readonly { readonly svg: string; readonly plotly: string }[] = [
  { svg: '', plotly: 'solid' },
  { svg: '7 3', plotly: 'dash' },
  { svg: '2 3', plotly: 'dot' },
  { svg: '9 3 2 3', plotly: 'dashdot' },
  { svg: '12 4', plotly: 'longdash' },
  { svg: '4 2', plotly: 'dash' },
];

/** The colour on a dark screen that stands for each light one. */
export const DARK: Readonly<Record<string, string>> = {
  [INK]: '#e4e9ef',
  [MUTED]: '#9fabb8',
  [GRID]: '#2c343d',
  [PAPER]: '#12171c',
  [BLUE]: '#56b4e9',
  [ORANGE]: '#ff8f4a',
  [GREEN]: '#2fc79a',
  [PURPLE]: '#dc93c3',
  [GOLD]: '#f0c24a',
  [SKY]: '#9ad2f2',
  [INDEX_GREY]: '#93a0ad',
};
