/** The example at the end of each command's help. */
export const exampleOf = (...lines: readonly string[]): string => `\nExample:\n${lines.map((line) => `  ${line}`).join('\n')}`;
