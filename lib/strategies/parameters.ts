/** Reading a strategy's parameters: defaults filled in, anything unknown or out of range refused in one line. */
import type { z } from 'zod';
import { StrategyError } from './errors.js';

/** Throws StrategyError that names the first parameter that doesn't fit. */
export function readParameters<T extends z.ZodType>(id: string, schema: T, parameters: unknown): z.output<T> {
  const result = schema.safeParse(parameters);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const where = issue && issue.path.length > 0 ? `${issue.path.join('.')}: ` : '';
  throw new StrategyError(
    `${id}: expected parameters of the strategy, got ${JSON.stringify(parameters)?.slice(0, 120)} (${where}${issue?.message ?? 'not valid'}). See \`hindcast replay --help\` or strategyIds() for names and defaults.`,
  );
}
