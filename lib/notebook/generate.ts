/** Writes the TypeScript of a pipeline from what its notebook holds. Equal notebooks give equal bytes. */
import { basename } from 'node:path';
import { type ImportedName, importLines } from './imports.js';
import { propertyName } from './parameters-cell.js';
import type { Promotable } from './promotable.js';
import { parseCell, type ts, typescript } from './typescript.js';

const NOTEBOOK_DOOR = './lib/notebook/index.js';
const given = (exported: string, typeOnly = false): ImportedName => ({ local: exported, exported, module: NOTEBOOK_DOOR, typeOnly });

/** Cells stay as their author wrote them, and may declare what only an untagged cell reads. */
const LINT_NOTES = [
  '// biome-ignore-all format: generated, the cells stand as they were written',
  '// biome-ignore-all lint/correctness/noUnusedVariables: other cells of the notebook may use them',
];

export function generatePipeline(promotable: Promotable): string {
  const { notebook, cells, parameters, bodies, imports, values, typesOnly } = promotable;
  const used = parameters.filter(({ name }) => values.has(name));
  const scope = ['declare', 'show'].filter((name) => values.has(name));
  const needed = [given('fillParameters'), given('pipelineScope'), given('Effects', true), given('Results', true)];
  const hoisted = importLines([...imports, ...needed], (local) => typesOnly.has(local));
  const file = basename(notebook.path);
  return [
    ...LINT_NOTES,
    `// Generated from notebooks/${file}: edit the notebook and run \`npx hindcast promote\`.`,
    '// Promoted cells (id, tag, hash):',
    ...cells.map(({ cell, kind, hash }) => `//   ${cell.id} ${kind} ${hash}`),
    ...hoisted,
    '',
    "/** The notebook's cell tagged `parameters`. */",
    'export interface Parameters {',
    ...parameters.flatMap(({ name, type, comment }) => [...commentLines(comment), `  readonly ${propertyName(name)}: ${type};`]),
    '}',
    '',
    'export const defaults: Parameters = {',
    ...parameters.map(({ name, value }) => `  ${propertyName(name)}: ${literalOf(value)},`),
    '};',
    '',
    "/** Runs the notebook's cells tagged `pipeline`; returns what they declared. Throws InputError on an unknown parameter. */",
    'export async function run(parameters: Partial<Parameters>, effects: Effects): Promise<Results> {',
    `  ${used.length > 0 ? `const { ${used.map(({ name }) => name).join(', ')} } = ` : ''}fillParameters('${notebook.name}', defaults, parameters);`,
    `  const { ${[...scope, 'results'].join(', ')} } = pipelineScope(effects);`,
    ...bodies.filter(({ source }) => source !== '').flatMap(({ cell, source }) => ['', `  // cell ${cell.id}`, indent(source)]),
    '',
    '  return results();',
    '}',
    '',
  ].join('\n');
}

const commentLines = (comment: string): string[] => (comment === '' ? [] : comment.split('\n').map((line) => `  ${line.trim()}`));

/** A JSON value as TypeScript, strings in single quotes as the rest of the code has them. */
function literalOf(value: unknown): string {
  if (typeof value === 'string') return `'${JSON.stringify(value).slice(1, -1).replace(/\\"/g, '"').replace(/'/g, "\\'")}'`;
  if (Array.isArray(value)) return `[${value.map(literalOf).join(', ')}]`;
  if (value !== null && typeof value === 'object') {
    return `{ ${Object.entries(value)
      .map(([name, field]) => `${propertyName(name)}: ${literalOf(field)}`)
      .join(', ')} }`;
  }
  return JSON.stringify(value);
}

/** Indents a cell by two spaces; the inside of template literals is text and stays. */
function indent(source: string): string {
  const compiler = typescript();
  const inside: [number, number][] = [];
  const visit = (node: ts.Node): void => {
    if (compiler.isTemplateLiteralToken(node)) inside.push([node.getStart(), node.getEnd()]);
    compiler.forEachChild(node, visit);
  };
  visit(parseCell(source));
  let at = 0;
  return source
    .split('\n')
    .map((line) => {
      const start = at;
      at += line.length + 1;
      const text = inside.some(([from, to]) => from < start && start < to);
      return text || line === '' ? line : `  ${line}`;
    })
    .join('\n');
}
