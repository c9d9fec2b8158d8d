/** Which names a cell declares and which it uses, by its syntax alone. */
import { type ts, typescript } from './typescript.js';

export interface CellNames {
  /** Declared at the top level of the cell. */
  readonly declared: ReadonlySet<string>;
  /** Declared anywhere in it: parameters and inner variables too. */
  readonly bound: ReadonlySet<string>;
  /** Used as a value. */
  readonly values: ReadonlySet<string>;
  /** Used as a type. */
  readonly types: ReadonlySet<string>;
}

export function namesOf(statements: readonly ts.Statement[]): CellNames {
  const compiler = typescript();
  const declared = new Set<string>();
  const bound = new Set<string>();
  const values = new Set<string>();
  const types = new Set<string>();

  const bind = (name: ts.BindingName, into: Set<string>[]): void => {
    if (compiler.isIdentifier(name)) for (const names of into) names.add(name.text);
    else for (const element of name.elements) if (compiler.isBindingElement(element)) bind(element.name, into);
  };

  const isName = (node: ts.Identifier): boolean => {
    const { parent } = node;
    if (compiler.isPropertyAccessExpression(parent)) return parent.name === node;
    if (compiler.isQualifiedName(parent)) return parent.right === node;
    if (compiler.isShorthandPropertyAssignment(parent)) return false;
    if (compiler.isBindingElement(parent)) return parent.name === node || parent.propertyName === node;
    if (compiler.isLabeledStatement(parent) || compiler.isBreakOrContinueStatement(parent)) return true;
    return (parent as { name?: ts.Node }).name === node;
  };

  const visit = (node: ts.Node, inType: boolean): void => {
    if (compiler.isIdentifier(node)) {
      if (!isName(node)) (inType ? types : values).add(node.text);
      return;
    }
    if (compiler.isVariableDeclaration(node) || compiler.isParameter(node)) bind(node.name, [bound]);
    if (compiler.isFunctionLike(node) || compiler.isClassLike(node)) {
      const { name } = node as { name?: ts.Node };
      if (name && compiler.isIdentifier(name) && !compiler.isMethodDeclaration(node)) bound.add(name.text);
    }
    const nested = compiler.isTypeQueryNode(node) ? false : inType || compiler.isTypeNode(node) || isTypeDeclaration(node);
    const heritageValue = compiler.isExpressionWithTypeArguments(node) && isExtends(node);
    compiler.forEachChild(node, (child) => visit(child, heritageValue && child === node.expression ? false : nested));
  };

  const isTypeDeclaration = (node: ts.Node): boolean => compiler.isInterfaceDeclaration(node) || compiler.isTypeAliasDeclaration(node);
  const isExtends = (node: ts.ExpressionWithTypeArguments): boolean =>
    compiler.isHeritageClause(node.parent) &&
    node.parent.token === compiler.SyntaxKind.ExtendsKeyword &&
    compiler.isClassLike(node.parent.parent);

  for (const statement of statements) {
    if (compiler.isVariableStatement(statement)) for (const { name } of statement.declarationList.declarations) bind(name, [declared]);
    else {
      const { name } = statement as { name?: ts.Node };
      if (name && compiler.isIdentifier(name)) declared.add(name.text);
    }
    visit(statement, false);
  }
  for (const name of declared) bound.add(name);
  return { declared, bound, values, types };
}
