/** Checks that markup opens and closes its elements in order and escapes its text: enough for SVG written by this project. */
export function assertWellFormed(markup: string): void {
  const open: string[] = [];
  const tag = /<(\/?)([A-Za-z][\w:-]*)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>/y;
  let at = 0;
  while (at < markup.length) {
    const next = markup.indexOf('<', at);
    const text = markup.slice(at, next < 0 ? undefined : next);
    if (/&(?!(amp|lt|gt|quot|#39);)/.test(text) || text.includes('>')) throw new Error(`unescaped text: ${text.slice(0, 80)}`);
    if (next < 0) break;
    tag.lastIndex = next;
    const match = tag.exec(markup);
    if (!match) throw new Error(`not a tag: ${markup.slice(next, next + 80)}`);
    if (match[1]) {
      const expected = open.pop();
      if (expected !== match[2]) throw new Error(`</${match[2]}> closes <${expected}>`);
    } else if (!match[4]) open.push(match[2]!);
    at = tag.lastIndex;
  }
  if (open.length > 0) throw new Error(`still open: ${open.join(' ')}`);
}
