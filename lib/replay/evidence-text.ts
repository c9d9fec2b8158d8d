/** Numbers, instants and evidence as JSON text. An instant that repeats is put into words once. */
import type { EvidenceRef, Instant } from '../core/index.js';

/** JSON text of a number that may be undefined in a row: NaN and infinities become null. */
export const number = (value: number): string => (Number.isFinite(value) ? `${value}` : 'null');

let last: Instant = Number.NaN;
let text = 'null';

/** JSON text of an instant: mostly that of the last one. */
export function instantText(at: Instant): string {
  if (at !== last) {
    last = at;
    text = number(at);
  }
  return text;
}

/** JSON text of evidence objects, without brackets. */
export function evidenceText(refs: readonly EvidenceRef[]): string {
  let text = '';
  for (let i = 0; i < refs.length; i++) {
    const { kind, id, knownAt } = refs[i]!;
    text += `${i === 0 ? '' : ','}{"kind":"${kind}","id":${JSON.stringify(id)},"knownAt":${instantText(knownAt)}}`;
  }
  return text;
}
