/** When a bigger model is asked: versioned thresholds in a file, fitted by `hindcast agents calibrate`. */
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { hashOf, projectRoot } from '../../core/index.js';
import { AgentInputError } from '../errors.js';

const part = z.number().min(0).max(1);

export const routingSchema = z.strictObject({
  v: z.literal(1),
  version: z.string().min(1).max(80).describe('stands in every decision that these thresholds routed'),
  medium: z.number().min(0).max(1.01).describe('complexity from which the medium tier is asked first'),
  large: z.number().min(0).max(1.01).describe('complexity from which the large tier is asked first; above 1: never'),
  weights: z.strictObject({ prompt: part, conflict: part, event: part, risk: part }).describe('parts of the complexity'),
  samples: z.int().min(1).max(7).describe('answers drawn from a tier below the largest; 1: no agreement is measured'),
  agreement: part.describe('share of the samples that must say the same'),
  margin: part.describe('least difference of the two likeliest actions, where the server gives log probabilities'),
  conflict: z.number().min(0).max(5).describe('steps between the most contrary views of evidence from which to go up'),
  shadowShare: z
    .number()
    .min(0)
    .max(1)
    .describe('share of kept answers that the large tier is asked about too, for the estimate of quality'),
  fitted: z.json().optional().describe('from what, and how surely'),
});
export type RoutingSettings = z.output<typeof routingSchema>;

/** `default`, or the path of a file. Throws AgentInputError for one that can't be read or is wrong. */
export function loadRouting(nameOrPath = 'default'): RoutingSettings {
  const path = nameOrPath === 'default' ? join(projectRoot(), 'lib', 'agents', 'routing', 'default.json') : resolve(nameOrPath);
  if (!existsSync(path))
    throw new AgentInputError(
      `loadRouting: expected default or a file of thresholds, got ${nameOrPath}. Write one with hindcast agents calibrate.`,
    );
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    throw new AgentInputError(`loadRouting: expected JSON in ${path}, got ${(cause as Error).message}. Correct the file.`, { cause });
  }
  const parsed = routingSchema.safeParse(content);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  throw new AgentInputError(
    `loadRouting: expected thresholds in ${path}, got a wrong ${issue.path.join('.')}: ${issue.message}. Correct it.`,
  );
}

export const routingHash = (routing: RoutingSettings): string => hashOf(routing);
