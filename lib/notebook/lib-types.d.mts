/** An error of the compiler in a file of lib; the path is relative to the root, line and column count from 1. */
export interface LibError {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly text: string;
}

export interface LibTypes {
  /** Text of each declaration file, by its path relative to the root. */
  readonly declarations: Readonly<Record<string, string>>;
  readonly errors: readonly LibError[];
}

export function readLib(root: string): Map<string, string>;
export function stateOf(root: string): string;
export function keptTypes(root: string, files: ReadonlyMap<string, string>): LibTypes | undefined;
export function makeTypes(root: string, files: ReadonlyMap<string, string>): Promise<LibTypes>;
