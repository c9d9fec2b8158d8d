/** What lib/notebook/kernel.mjs leaves for lib inside a kernel: how to display, and where to report. */
import type { Results } from './results.js';

/** One line of the kernel's report, in the order of events. */
export type KernelReport =
  | { readonly kind: 'declared'; readonly results: Results }
  | { readonly kind: 'failure'; readonly text: string }
  | { readonly kind: 'finished' };

export interface Kernel {
  /** Shows data of one MIME type under the cell that runs. */
  display(mime: string, data: string): void;
  /** Unhandled rejections and uncaught exceptions so far, as text. */
  readonly failures: string[];
  /** Where runs go when a runner said so. */
  readonly resultsDir?: string;
  report(entry: KernelReport): void;
}

/** The kernel that this process is, or undefined in any other process. */
export const currentKernel = (): Kernel | undefined =>
  (globalThis as { [key: symbol]: unknown })[Symbol.for('hindcast.kernel')] as Kernel | undefined;
