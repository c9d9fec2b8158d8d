import type ts from '@tslab/typescript-for-tslab';

export function expandShorthandProperties(compiler: typeof ts, source: string): string;
