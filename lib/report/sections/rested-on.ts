/** What a run rested on besides its data: the policy whose weights decided, the memory that was asked. */
import type { RunFolder } from '../../replay/index.js';
import { escapeText, formatValue } from '../format.js';
import { embedderIn } from '../moved-inputs.js';
import type { Subject } from '../subject.js';

const code = (text: string): string => `<code>${escapeText(text)}</code>`;
const count = (value: number): string => formatValue(value, 'count');

/** Rows of the stamp's table: name and HTML. Empty for a run of plain rules. */
export function restedOn({ row, spec }: RunFolder, recalls: Subject['recalls']): (readonly [string, string])[] {
  const policies = spec.strategies.flatMap(({ id, parameters }, i) => {
    const digest = row.stamp.models[`${spec.strategies.length > 1 ? `${i + 1}.` : ''}${id}.bundle`];
    if (digest === undefined) return [];
    return [`${code(`${String(parameters['bundle'])}`)}, hash ${code(digest.slice(0, 8))}`];
  });
  return [
    ...(policies.length === 0 ? [] : [[policies.length > 1 ? 'Policies' : 'Policy', policies.join('<br>')] as const]),
    ...(spec.memory === undefined ? [] : [['Memory', memoryLine(row, spec.memory, recalls)] as const]),
  ];
}

function memoryLine(
  { counts, stamp }: RunFolder['row'],
  { use, from, mode }: NonNullable<RunFolder['spec']['memory']>,
  { ok, empty, degraded }: Subject['recalls'],
): string {
  const embedder = embedderIn(stamp.models);
  const asked = ok + empty + degraded;
  return [
    use === 'own' ? 'its own' : `${use} (an ablation)`,
    from === undefined ? 'empty at the start' : `began as ${code(from)}`,
    ...(mode === 'read-only' ? ['read only'] : []),
    ...(counts.remembered === undefined ? [] : [`${count(counts.remembered)} rows at the end`]),
    ...(embedder === undefined ? [] : [`embedder ${code(embedder)}`]),
    `asked in ${count(asked)} decisions: ${count(ok)} answered, ${count(empty)} empty, ${degraded > 0 ? `<strong>${count(degraded)} degraded</strong>` : 'none degraded'}`,
  ].join('; ');
}
