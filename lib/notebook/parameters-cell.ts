/** The cell tagged `parameters`: constants with literal initialisers, read as values and overridden in place. */
import { InputError } from '../core/index.js';
import { PromotionError } from './errors.js';
import { type CodeCell, cellTitle, type Notebook } from './notebook-file.js';
import { checkParameters } from './parameters.js';
import type { JsonValue } from './results.js';
import { parseCell, type ts, typescript } from './typescript.js';

export interface ParameterConst {
  readonly name: string;
  readonly value: JsonValue;
  /** TypeScript type: as written, else widened from the literal. */
  readonly type: string;
  /** Comments above the constant, as written. */
  readonly comment: string;
  /** Where the initialiser stands in the cell. */
  readonly start: number;
  readonly end: number;
}

/** The one cell tagged `parameters`, or undefined. Throws InputError when several are. */
export function parametersCell(notebook: Notebook): CodeCell | undefined {
  const tagged = notebook.code.filter((cell) => cell.tags.includes('parameters'));
  if (tagged.length > 1)
    throw new InputError(
      `parametersCell: expected one cell tagged parameters in ${notebook.path}, got ${tagged.length}. Move the constants into the first.`,
    );
  return tagged[0];
}

/** The constants of a parameters cell. Throws PromotionError on anything that is not a constant with a literal value. */
export function parameterConsts(cell: CodeCell): ParameterConst[] {
  const compiler = typescript();
  const tree = parseCell(cell.source);
  const refuse = (node: ts.Node): never => {
    throw new PromotionError(
      `promote: expected only constants with literal values in ${cellTitle(cell)}, got ${JSON.stringify(node.getText().slice(0, 60))}. Move it to another cell.`,
    );
  };
  return tree.statements.flatMap((statement) => {
    if (!compiler.isVariableStatement(statement) || !(statement.declarationList.flags & compiler.NodeFlags.Const)) return refuse(statement);
    const comment = cell.source.slice(statement.getFullStart(), statement.getStart()).trim();
    return statement.declarationList.declarations.map((declaration): ParameterConst => {
      const { name, initializer } = declaration;
      if (!compiler.isIdentifier(name) || !initializer) return refuse(statement);
      const value = literalValue(initializer, refuse);
      const type = declaration.type?.getText() ?? typeOf(value, statement, refuse);
      return { name: name.text, value, type, comment, start: initializer.getStart(), end: initializer.getEnd() };
    });
  });
}

function literalValue(node: ts.Expression, refuse: (node: ts.Node) => never): JsonValue {
  const compiler = typescript();
  if (compiler.isAsExpression(node) || compiler.isParenthesizedExpression(node)) return literalValue(node.expression, refuse);
  if (compiler.isStringLiteral(node) || compiler.isNoSubstitutionTemplateLiteral(node)) return node.text;
  if (compiler.isNumericLiteral(node)) return Number(node.text);
  if (node.kind === compiler.SyntaxKind.TrueKeyword) return true;
  if (node.kind === compiler.SyntaxKind.FalseKeyword) return false;
  if (node.kind === compiler.SyntaxKind.NullKeyword) return null;
  if (compiler.isPrefixUnaryExpression(node) && node.operator === compiler.SyntaxKind.MinusToken) {
    const value = literalValue(node.operand, refuse);
    return typeof value === 'number' ? -value : refuse(node);
  }
  if (compiler.isArrayLiteralExpression(node)) return node.elements.map((element) => literalValue(element, refuse));
  if (compiler.isObjectLiteralExpression(node)) {
    return Object.fromEntries(
      node.properties.map((property) => {
        if (!compiler.isPropertyAssignment(property) || compiler.isComputedPropertyName(property.name)) return refuse(property);
        return [property.name.text, literalValue(property.initializer, refuse)];
      }),
    );
  }
  return refuse(node);
}

/** The type that a constant of this value has in a cell, widened. Null and empty arrays say nothing: they need a type written down. */
function typeOf(value: JsonValue, at: ts.Node, refuse: (node: ts.Node) => never): string {
  if (value === null) return refuse(at);
  if (typeof value !== 'object') return typeof value;
  if (Array.isArray(value)) {
    const types = [...new Set(value.map((element: JsonValue) => typeOf(element, at, refuse)))];
    if (types.length === 0) return refuse(at);
    return types.length === 1 && /^\w+$/.test(types[0]!) ? `${types[0]}[]` : `(${types.join(' | ')})[]`;
  }
  const fields = Object.entries(value).map(([name, field]) => `${propertyName(name)}: ${typeOf(field, at, refuse)}`);
  return `{ ${fields.join('; ')} }`;
}

export const propertyName = (name: string): string => (/^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name));

/** The values of a parameters cell by name. */
export const parameterValues = (consts: readonly ParameterConst[]): Record<string, JsonValue> =>
  Object.fromEntries(consts.map(({ name, value }) => [name, value]));

/** Source of the cell with other values in the same places. Throws InputError on an unknown name or another type. */
export function overrideParameters(cell: CodeCell, given: Readonly<Record<string, JsonValue>>): string {
  const consts = parameterConsts(cell);
  checkParameters('overrideParameters', parameterValues(consts), given);
  let source = cell.source;
  for (const { name, start, end } of [...consts].reverse()) {
    if (Object.hasOwn(given, name)) source = source.slice(0, start) + JSON.stringify(given[name]) + source.slice(end);
  }
  return source;
}
