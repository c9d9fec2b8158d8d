/** The packages that scale and draw figures, loaded with the first figure: they are 85 modules. */
import { lazyPackage } from '../core/index.js';

export const scales = lazyPackage<typeof import('d3-scale')>('d3-scale');
export const shapes = lazyPackage<typeof import('d3-shape')>('d3-shape');
