/** What a notebook holds for its pipeline: the parameters, the cells tagged `pipeline`, and the imports that these use. */
import { hashOf } from '../core/index.js';
import { PromotionError } from './errors.js';
import { type ImportedName, importedNames } from './imports.js';
import { type CellNames, namesOf } from './names.js';
import { type CodeCell, cellTitle, type Notebook } from './notebook-file.js';
import { type ParameterConst, parameterConsts, parametersCell } from './parameters-cell.js';
import { parseCell, type ts, typescript } from './typescript.js';

export interface PromotedCell {
  readonly cell: CodeCell;
  readonly kind: 'parameters' | 'pipeline';
  /** Of the source, 16 hex digits. */
  readonly hash: string;
}

export interface Promotable {
  readonly notebook: Notebook;
  readonly cells: readonly PromotedCell[];
  readonly parameters: readonly ParameterConst[];
  /** Source of each pipeline cell without its imports. */
  readonly bodies: readonly { readonly cell: CodeCell; readonly source: string }[];
  readonly imports: readonly ImportedName[];
  /** Names that the bodies use as values, and those that they or the parameters use only as types. */
  readonly values: ReadonlySet<string>;
  readonly typesOnly: ReadonlySet<string>;
}

/** Bound by the generated function: in a notebook these come from an import or an untagged cell. */
export const GIVEN = ['effects', 'declare', 'show'] as const;
const RESERVED = ['run', 'defaults', 'parameters', 'results', 'Parameters', 'Effects', 'Results', 'fillParameters', 'pipelineScope'];

export const isPromotable = (notebook: Notebook): boolean => notebook.code.some((cell) => cell.tags.includes('pipeline'));

interface ParsedCell {
  readonly cell: CodeCell;
  readonly imports: readonly ts.ImportDeclaration[];
  readonly names: CellNames;
}

/** Throws PromotionError, naming the cell, on what can't become a pipeline. */
export function promotableOf(notebook: Notebook): Promotable {
  const parameterCell = parametersCell(notebook);
  const tagged = notebook.code.filter((cell) => cell.tags.includes('pipeline'));
  if (!parameterCell || tagged.length === 0) {
    const missing = parameterCell ? 'pipeline' : 'parameters';
    throw new PromotionError(
      `promote: expected a cell tagged ${missing} in ${notebook.path}, got none. Tag it in Jupyter's property inspector.`,
    );
  }
  if (parameterCell.tags.includes('pipeline')) {
    throw new PromotionError(`promote: expected one tag on ${cellTitle(parameterCell)}, got parameters and pipeline. Keep parameters.`);
  }
  const parameters = parameterConsts(parameterCell);
  const parsed = notebook.code.map(parse);
  const pipeline = parsed.filter(({ cell }) => tagged.includes(cell));
  const available = parsed.flatMap(({ cell, imports }) => imports.flatMap((statement) => importedNames(cell, statement)));
  const own = new Set([...parameters.map(({ name }) => name), ...GIVEN]);
  checkDeclarations(pipeline, own);
  const values = new Set(pipeline.flatMap(({ names }) => [...names.values]));
  const types = new Set(pipeline.flatMap(({ names }) => [...names.types]));
  for (const name of typeNamesOf(parameterCell)) types.add(name);
  const bound = new Set(pipeline.flatMap(({ names }) => [...names.bound]));
  const imports = [...new Map(available.map((name) => [name.local, name])).values()].filter(
    ({ local }) => (values.has(local) || types.has(local)) && !own.has(local),
  );
  const known = new Set([...own, ...bound, ...imports.map(({ local }) => local)]);
  checkOrigins(parsed, pipeline, known);
  return {
    notebook,
    cells: notebook.code.flatMap((cell): PromotedCell[] => {
      const kind = cell === parameterCell ? 'parameters' : tagged.includes(cell) ? 'pipeline' : null;
      return kind ? [{ cell, kind, hash: hashOf(cell.source).slice(0, 16) }] : [];
    }),
    parameters,
    bodies: pipeline.map(({ cell, imports: statements }) => ({ cell, source: without(cell.source, statements) })),
    imports,
    values,
    typesOnly: new Set([...types].filter((name) => !values.has(name))),
  };
}

function parse(cell: CodeCell): ParsedCell {
  const compiler = typescript();
  const { statements } = parseCell(cell.source);
  const rest = statements.filter((statement) => !compiler.isImportDeclaration(statement));
  return { cell, imports: statements.filter(compiler.isImportDeclaration), names: namesOf(rest) };
}

const typeNamesOf = (cell: CodeCell): ReadonlySet<string> => namesOf(parseCell(cell.source).statements).types;

/** A notebook may declare a name again in a later cell; a function may not. */
function checkDeclarations(pipeline: readonly ParsedCell[], own: ReadonlySet<string>): void {
  const first = new Map<string, CodeCell>();
  for (const { cell, names } of pipeline) {
    for (const name of names.declared) {
      const before = first.get(name);
      if (before)
        throw new PromotionError(
          `promote: expected "${name}" declared once, got it in ${cellTitle(before)} and ${cellTitle(cell)}. Rename one.`,
        );
      if (own.has(name) || RESERVED.includes(name))
        throw new PromotionError(
          `promote: expected a name of its own in ${cellTitle(cell)}, got "${name}", which the pipeline binds. Rename it.`,
        );
      first.set(name, cell);
    }
  }
}

/** What a pipeline cell uses must come from a promoted cell, an import, or the function's own arguments. */
function checkOrigins(parsed: readonly ParsedCell[], pipeline: readonly ParsedCell[], known: ReadonlySet<string>): void {
  for (const { cell, names } of pipeline) {
    for (const name of [...names.values, ...names.types]) {
      if (known.has(name)) continue;
      const origin = parsed.find((other) => !pipeline.includes(other) && other.names.declared.has(name));
      if (origin)
        throw new PromotionError(
          `promote: expected ${cellTitle(cell)} to use promoted cells only, got "${name}" of ${cellTitle(origin.cell)}. Tag that cell pipeline too.`,
        );
    }
  }
}

/** Source without these statements and the line ends that they leave. */
function without(source: string, statements: readonly ts.ImportDeclaration[]): string {
  let out = source;
  for (const statement of [...statements].reverse()) {
    const rest = out.slice(statement.getEnd());
    out = out.slice(0, statement.getStart()) + rest.replace(/^[ \t]*\n/, '');
  }
  return out.trim();
}
