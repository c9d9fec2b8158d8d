declare module 'plotly.js-finance-dist-min' {
  type Json = Record<string, unknown>;
  const Plotly: {
    newPlot(element: HTMLElement, data: Json[], layout: Json, config: Json): Promise<HTMLElement>;
    react(element: HTMLElement, data: Json[], layout: Json, config: Json): Promise<HTMLElement>;
  };
  export default Plotly;
}
