// Writes `{ sum }` as `{ sum: sum }` in a cell, where sum comes from an earlier cell: tslab 1.0.22 loses such names (it looks up the
// property instead of the variable, and the cell fails with "sum is not defined").

/**
 * @param {typeof import('@tslab/typescript-for-tslab')} ts
 * @param {string} source one cell
 * @returns {string} the cell with those properties written out
 */
export function expandShorthandProperties(ts, source) {
  const tree = ts.createSourceFile('cell.ts', source, ts.ScriptTarget.ES2022, true);
  const own = new Set();
  const shorthands = [];
  const visit = (node) => {
    if (ts.isShorthandPropertyAssignment(node)) shorthands.push(node.name);
    else if (node.name && ts.isIdentifier(node.name) && !ts.isPropertyAssignment(node)) own.add(node.name.text);
    ts.forEachChild(node, visit);
  };
  visit(tree);
  let out = source;
  for (const name of shorthands.reverse()) {
    if (own.has(name.text)) continue;
    out = `${out.slice(0, name.getStart())}${name.text}: ${out.slice(name.getStart())}`;
  }
  return out;
}
