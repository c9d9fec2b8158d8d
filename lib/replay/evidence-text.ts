/** Numbers and evidence as JSON text. Numbers that mostly repeat (an instant, a cash balance) are put into words once. */
import type { EvidenceRef } from '../core/index.js';

/** JSON text of a number that may be undefined in a row: NaN and infinities become null. */
export const number = (value: number): string => (Number.isFinite(value) ? `${value}` : 'null');

/** Text of a number that is mostly the same as the last time: an instant, a cash balance. */
export function numberMemo(): (value: number) => string {
  let last = Number.NaN;
  let text = 'null';
  return (value) => {
    if (value !== last) {
      last = value;
      text = number(value);
    }
    return text;
  };
}

export const instantText = numberMemo();

/** JSON text of evidence objects, without brackets. */
export function evidenceText(refs: readonly EvidenceRef[]): string {
  let text = '';
  for (let i = 0; i < refs.length; i++) {
    const { kind, id, knownAt } = refs[i]!;
    text += `${i === 0 ? '' : ','}{"kind":"${kind}","id":${JSON.stringify(id)},"knownAt":${instantText(knownAt)}}`;
  }
  return text;
}
