/** notebook: running notebooks in Jupyter, showing things in their cells, and promoting them to pipelines. */
export { declare } from './declare.js';
export { type Effects, notebookEffects } from './effects.js';
export { NotebookError, PromotionError } from './errors.js';
export { finished, SENTINEL } from './finished.js';
export { type LabOptions, startLab } from './lab.js';
export { type LiveFigure, liveFigure } from './live-figure.js';
export { fillParameters } from './parameters.js';
export { type PipelineScope, pipelineScope } from './pipeline-scope.js';
export { type PromoteOptions, promotableNotebooks, promote, promoteCheck } from './promote.js';
export { as, type Prose, prose } from './prose.js';
export { type EnsurePythonOptions, ensurePython, findPython, type PythonEnvironment, systemPython } from './python-env.js';
export { type Receipt, type ReceiptOptions, type ReceiptState, receipt, verifyReceipt } from './receipt.js';
export type { FigureLike, FrameLike, Row, Showable, ShowOptions } from './rendering.js';
export type { JsonValue, Results } from './results.js';
export { type CellOutput, type NotebookRun, type RunNotebookOptions, runNotebook } from './run-notebook.js';
export { runPipeline } from './run-pipeline.js';
export { show } from './show.js';
export { type FrameSources, toFrame } from './to-frame.js';
