/** The prompts of a run after the fact: each byte of them is in the decisions' references, and none was known too late. */
import type { Instant } from '../core/index.js';
import type { Message } from '../llm/index.js';
import { auditRecorded } from './prompt.js';
import type { RoleRecord } from './record.js';

export interface PromptAudit {
  /** Prompts compared with their references. */
  readonly prompts: number;
  /** Not in the transcripts at hand. */
  readonly missing: number;
  /** What is wrong, by decision and role. */
  readonly faults: readonly { readonly decision: string; readonly role: string; readonly fault: string }[];
}

interface AuditedRow {
  readonly id: string;
  readonly decidedAt: Instant;
  readonly analyses: readonly unknown[];
}

/** `promptOf`: the messages of a transcript as they were recorded, canonical JSON; undefined where it is not at hand. */
export function auditPrompts(rows: Iterable<AuditedRow>, promptOf: (transcript: string) => string | undefined): PromptAudit {
  let prompts = 0;
  let missing = 0;
  const faults: PromptAudit['faults'][number][] = [];
  for (const { id, decidedAt, analyses } of rows) {
    for (const one of analyses as readonly Partial<RoleRecord>[]) {
      const transcript = one.transcripts?.[0];
      if (one.prompt === undefined || transcript === undefined) continue;
      const recorded = promptOf(transcript);
      if (recorded === undefined) {
        missing++;
        continue;
      }
      prompts++;
      const fault = auditRecorded(one.prompt, JSON.parse(recorded) as Message[], decidedAt);
      if (fault !== null) faults.push({ decision: id, role: one.role ?? 'unknown', fault });
    }
  }
  return { prompts, missing, faults };
}
