/** Imports of a notebook's cells, by the name that each binds: the generator hoists those that the promoted cells use. */
import { posix } from 'node:path';
import { PromotionError } from './errors.js';
import { naturalOrder } from './natural-order.js';
import { type CodeCell, cellTitle } from './notebook-file.js';
import { type ts, typescript } from './typescript.js';

export interface ImportedName {
  readonly local: string;
  /** `default`, `*`, or the name that the module exports. */
  readonly exported: string;
  readonly module: string;
  /** Written as `import type`. */
  readonly typeOnly: boolean;
}

/** Names that an import statement binds. */
export function importedNames(cell: CodeCell, statement: ts.ImportDeclaration): ImportedName[] {
  const compiler = typescript();
  const module = (statement.moduleSpecifier as ts.StringLiteral).text;
  const clause = statement.importClause;
  if (!clause)
    throw new PromotionError(`promote: expected imports that bind names in ${cellTitle(cell)}, got import '${module}'. Import a name.`);
  const names: ImportedName[] = [];
  const add = (local: string, exported: string, typeOnly: boolean): void => {
    names.push({ local, exported, module, typeOnly: typeOnly || clause.isTypeOnly });
  };
  if (clause.name) add(clause.name.text, 'default', false);
  if (clause.namedBindings && compiler.isNamespaceImport(clause.namedBindings)) add(clause.namedBindings.name.text, '*', false);
  if (clause.namedBindings && compiler.isNamedImports(clause.namedBindings)) {
    for (const { name, propertyName, isTypeOnly } of clause.namedBindings.elements) add(name.text, (propertyName ?? name).text, isTypeOnly);
  }
  return names;
}

/** A module as seen from `pipelines/`: cells run at the project root. Packages stay as they are. */
export function fromPipelines(module: string): string {
  if (!module.startsWith('.')) return module;
  const path = posix.relative('pipelines', posix.normalize(module));
  return path.startsWith('.') ? path : `./${path}`;
}

/** Import statements for these names, one a module, in biome's order: packages first. `asType` says which names only types use. */
export function importLines(names: readonly ImportedName[], asType: (local: string) => boolean): string[] {
  const modules = new Map<string, ImportedName[]>();
  for (const name of names) {
    const from = fromPipelines(name.module);
    modules.set(from, [...(modules.get(from) ?? []), name]);
  }
  const distance = (module: string): number => (module.startsWith('.') ? 2 : module.includes(':') ? 0 : 1);
  const climbs = (module: string): number => module.split('../').length;
  const order = (a: string, b: string): number => distance(a) - distance(b) || climbs(b) - climbs(a) || naturalOrder(a, b);
  return [...modules.keys()].sort(order).flatMap((module) => linesOf(module, modules.get(module)!, asType));
}

function linesOf(module: string, names: readonly ImportedName[], asType: (local: string) => boolean): string[] {
  const isType = (name: ImportedName): boolean => name.typeOnly || asType(name.local);
  const whole = ({ exported }: ImportedName): boolean => exported === '*' || exported === 'default';
  const lineOf = (clauses: readonly string[], type: boolean): string =>
    `import ${type ? 'type ' : ''}${clauses.join(', ')} from '${module}';`;
  const lines: string[] = [];
  // A default stands before the first of the others, but never where types are imported: those come one clause a line.
  let before: string[] = [];
  for (const name of names.filter(({ exported }) => exported === 'default')) {
    if (isType(name) || before.length > 0) lines.push(lineOf([name.local], isType(name)));
    else before = [name.local];
  }
  for (const name of names.filter(({ exported }) => exported === '*')) {
    const type = isType(name);
    lines.push(lineOf([...(type ? [] : before), `* as ${name.local}`], type));
    if (!type) before = [];
  }
  const named = names.filter((name) => !whole(name)).sort((a, b) => naturalOrder(a.local, b.local));
  if (named.length > 0) {
    const allTypes = before.length === 0 && named.every(isType);
    const renamed = ({ exported, local }: ImportedName): string => (exported === local ? local : `${exported} as ${local}`);
    const items = named.map((name) => `${isType(name) && !allTypes ? 'type ' : ''}${renamed(name)}`);
    lines.push(lineOf([...before, `{ ${items.join(', ')} }`], allTypes));
  } else if (before.length > 0) lines.push(lineOf(before, false));
  return lines;
}
