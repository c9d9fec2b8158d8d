/** Shows a value under the cell that runs. tslab prints a last expression as console text, so cells call this instead. */
import { currentKernel } from './kernel.js';
import { htmlOf, renderingOf, type Showable, type ShowOptions } from './rendering.js';

/** Figures, tables (rows, danfojs frames, an object's values) and prose, as HTML. Outside a kernel it shows nothing. */
export function show(value: Showable, options?: ShowOptions): void {
  currentKernel()?.display('text/html', htmlOf(renderingOf(value, options)));
}
