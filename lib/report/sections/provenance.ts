/** Where every number comes from, and how to get it again. */
import type { RunFolder } from '../../replay/index.js';
import { escapeText, formatValue } from '../format.js';

const code = (text: string): string => `<code>${escapeText(text)}</code>`;

function pairsHtml(caption: string, pairs: readonly (readonly [string, string])[]): string {
  const rows = pairs.map(([name, html]) => `<tr><th scope="row">${escapeText(name)}</th><td>${html}</td></tr>`).join('');
  return `<div class="scroll" tabindex="0" role="region" aria-label="${escapeText(caption)}"><table class="pairs"><caption>${escapeText(caption)}</caption><tbody>${rows}</tbody></table></div>`;
}

const digests = (values: Readonly<Record<string, string>>): (readonly [string, string])[] =>
  Object.entries(values).map(([name, digest]) => [name, code(digest)] as const);

/** `folder`: how a reader at the project root names the run's folder. `more`: rows of the stamp's table, as HTML. */
export function provenanceHtml(run: RunFolder, folder: string, more: readonly (readonly [string, string])[] = []): string {
  const { row } = run;
  const { stamp } = row;
  const dirty =
    stamp.code.dirty === null ? 'not known (no git here)' : stamp.code.dirty ? 'yes: the commit alone does not give this code' : 'no';
  const where = /^[\w./:@+-]+$/.test(folder) ? folder : `'${folder.replaceAll("'", "'\\''")}'`;
  const again = [
    ['Check that it still comes out the same', `npx hindcast verify ${where}`],
    ['Run it again from its parameters', `npx hindcast replay --spec ${where}/run.json`],
  ].map(([what, command]) => `<p>${what}:</p><pre><code>${escapeText(command!)}</code></pre>`);
  return [
    `<h3>How to get it again</h3>${again.join('')}`,
    '<h3>Stamp</h3>',
    pairsHtml('What made this run', [
      ['Run', code(row.run)],
      ['Configuration (hash without the seed)', code(row.configHash)],
      ['Seed', String(row.seed)],
      ['Commit', stamp.code.commit === null ? 'not known (no git here)' : code(stamp.code.commit)],
      ['Uncommitted changes', dirty],
      ['Source tree', code(stamp.code.treeHash)],
      ['Lockfile', code(stamp.lockfile)],
      ['Runtime', escapeText(`Node ${stamp.runtime.node}, ${stamp.runtime.platform} ${stamp.runtime.arch}`)],
      ['Parameters', code(stamp.parameters)],
      ['Rulebook', code(stamp.rulebook)],
      ...more,
      [
        'Models',
        Object.keys(stamp.models).length === 0
          ? 'none: no model was asked'
          : Object.entries(stamp.models)
              .map(([n, d]) => `${escapeText(n)} ${code(d)}`)
              .join('<br>'),
      ],
      ['Started at', `<time>${escapeText(formatValue(stamp.startedAt, 'instant'))} UTC</time>`],
    ]),
    pairsHtml('Data digests (sha256)', digests(stamp.data)),
    pairsHtml('Files of the run (sha256)', digests(row.digests)),
    `<details><summary>Parameters of the run (spec)</summary><pre><code>${escapeText(JSON.stringify(run.spec, null, 2))}</code></pre></details>`,
  ].join('\n');
}
