/** report: figures, and the one HTML page of a run that opens from disk and says where its numbers come from. */
export { type CalibrationBin, type CalibrationInput, calibrationOf } from './calibration.js';
export { ReportError } from './errors.js';
export { type ActionCount, actionsFigure } from './figures/actions.js';
export { calibrationFigure } from './figures/calibration.js';
export { type DrawdownFigureData, drawdownFigure } from './figures/drawdown.js';
export { type EquityFigureData, equityFigure } from './figures/equity.js';
export { type ExposureFigureData, exposureFigure } from './figures/exposure.js';
export type { Figure, PlotlyFigure } from './figures/figure.js';
export { type PriceFigureData, priceFigure, type Trade } from './figures/price.js';
export { type StylisedFactsFigureData, stylisedFactsFigure } from './figures/stylised-facts.js';
export { type Format, formatValue } from './format.js';
export { type IndexFacts, measureRun, type RunFacts } from './measures.js';
export { type PackResult, packRun } from './pack.js';
export type { PageFacts } from './page-facts.js';
export { type Table, type TableColumn, tableHtml } from './table.js';
export { type VerifyEffects, type VerifyResult, verifyRun } from './verify.js';
export { type ReportInput, type ReportResult, writeReport } from './write-report.js';
