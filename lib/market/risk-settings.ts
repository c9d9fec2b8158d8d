/** What `risk: none | house | <file>` means: the caps of an account, checked once. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { InputError } from '../core/index.js';

const fraction = z.number().gt(0).max(1);

export const riskSettingsSchema = z.strictObject({
  positionCap: fraction.default(0.1).describe('largest part of total equity in one symbol'),
  sectorCap: fraction.default(0.3).describe('largest part of total equity in one sector; unknown sectors share one bucket'),
  grossCap: fraction.default(1).describe('largest part of total equity in all positions together'),
});

export interface RiskSettings {
  readonly positionCap: number;
  readonly sectorCap: number;
  readonly grossCap: number;
}

/** The desk's own caps. */
export const houseRisk: RiskSettings = riskSettingsSchema.parse({});

/**
 * Settings of a `risk` parameter: null for `none`, {@link houseRisk} for `house`, else the JSON file of that path (missing caps as in
 * house). Throws InputError on a file that can't be read or holds anything else.
 */
export function riskSettings(risk: string, readText: (path: string) => string = (path) => readFileSync(path, 'utf8')): RiskSettings | null {
  if (risk === 'none') return null;
  if (risk === 'house') return houseRisk;
  const wanted = 'Give none, house, or a JSON file with positionCap, sectorCap, grossCap in 0..1.';
  let value: unknown;
  try {
    value = JSON.parse(readText(risk));
  } catch (cause) {
    throw new InputError(`riskSettings: expected a JSON file, got ${risk}, which can't be read. ${wanted}`, { cause });
  }
  const parsed = riskSettingsSchema.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new InputError(`riskSettings: expected caps in ${risk}, got ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}. ${wanted}`);
  }
  return parsed.data as RiskSettings;
}
