/** The compiler that tslab brings (TypeScript 5.0, classic API): notebooks are parsed as the kernel parses them. Loaded when asked for. */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type ts from '@tslab/typescript-for-tslab';
import { projectRoot } from '../core/index.js';

export type { ts };

let loaded: typeof ts | undefined;

export function typescript(): typeof ts {
  loaded ??= createRequire(join(projectRoot(), 'package.json'))('@tslab/typescript-for-tslab') as typeof ts;
  return loaded;
}

/** A cell as a syntax tree. */
export const parseCell = (source: string): ts.SourceFile => {
  const compiler = typescript();
  return compiler.createSourceFile('cell.ts', source, compiler.ScriptTarget.ES2022, true);
};
