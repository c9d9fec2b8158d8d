/** What changed between two texts, line by line, as `diff -u` shows it. */

const CONTEXT = 2;
/** Longer texts are compared by their first and last lines only. */
const LINES_MAX = 1500;

/** Lines with `-`, `+` or a space before them; unchanged stretches shortened to `...`. Empty for equal texts. */
export function textDiff(before: string, after: string): string {
  if (before === after) return '';
  const a = before.split('\n');
  const b = after.split('\n');
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head++;
  let tail = 0;
  while (tail < a.length - head && tail < b.length - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail++;
  const marked = [
    ...a.slice(0, head).map((line) => ` ${line}`),
    ...changed(a.slice(head, a.length - tail), b.slice(head, b.length - tail)),
    ...a.slice(a.length - tail).map((line) => ` ${line}`),
  ];
  return shortened(marked).join('\n');
}

/** By longest common subsequence (Hunt and Szymanski's problem, solved by the plain table: prompts have hundreds of lines). */
function changed(a: readonly string[], b: readonly string[]): string[] {
  if (a.length > LINES_MAX || b.length > LINES_MAX) return [...a.map((line) => `-${line}`), ...b.map((line) => `+${line}`)];
  const width = b.length + 1;
  const common = new Uint16Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      common[i * width + j] =
        a[i] === b[j] ? common[(i + 1) * width + j + 1]! + 1 : Math.max(common[(i + 1) * width + j]!, common[i * width + j + 1]!);
    }
  }
  const lines: string[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      lines.push(` ${a[i++]}`);
      j++;
    } else if (i < a.length && (j === b.length || common[(i + 1) * width + j]! >= common[i * width + j + 1]!)) lines.push(`-${a[i++]}`);
    else lines.push(`+${b[j++]}`);
  }
  return lines;
}

function shortened(lines: readonly string[]): string[] {
  const near = new Set<number>();
  lines.forEach((line, i) => {
    if (line.startsWith(' ')) return;
    for (let k = i - CONTEXT; k <= i + CONTEXT; k++) near.add(k);
  });
  const shown: string[] = [];
  lines.forEach((line, i) => {
    if (near.has(i)) shown.push(line);
    else if (shown.at(-1) !== '...') shown.push('...');
  });
  return shown;
}
