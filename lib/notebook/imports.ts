/** Imports of a notebook's cells, by the name that each binds: the generator hoists those that the promoted cells use. */
import { posix } from 'node:path';
import { PromotionError } from './errors.js';
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

/** Import statements for these names, one a module, sorted: packages first. `asType` says which names only types use. */
export function importLines(names: readonly ImportedName[], asType: (local: string) => boolean): string[] {
  const modules = new Map<string, ImportedName[]>();
  for (const name of names) {
    const from = fromPipelines(name.module);
    modules.set(from, [...(modules.get(from) ?? []), name]);
  }
  const order = (a: string, b: string): number => Number(a.startsWith('.')) - Number(b.startsWith('.')) || (a < b ? -1 : 1);
  return [...modules.keys()].sort(order).flatMap((module) => linesOf(module, modules.get(module)!, asType));
}

function linesOf(module: string, names: readonly ImportedName[], asType: (local: string) => boolean): string[] {
  const isType = (name: ImportedName): boolean => name.typeOnly || asType(name.local);
  const whole = names.filter(({ exported }) => exported === 'default' || exported === '*');
  const lines = whole.map((name) => {
    const what = name.exported === '*' ? `* as ${name.local}` : name.local;
    return `import ${isType(name) ? 'type ' : ''}${what} from '${module}';`;
  });
  const named = names.filter((name) => !whole.includes(name)).sort((a, b) => (a.local.toLowerCase() < b.local.toLowerCase() ? -1 : 1));
  if (named.length === 0) return lines;
  const allTypes = named.every(isType);
  const items = named.map((name) => {
    const renamed = name.exported === name.local ? name.local : `${name.exported} as ${name.local}`;
    return isType(name) && !allTypes ? `type ${renamed}` : renamed;
  });
  return [...lines, `import ${allTypes ? 'type ' : ''}{ ${items.join(', ')} } from '${module}';`];
}
