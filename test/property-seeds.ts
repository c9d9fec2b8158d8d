/** Where the random cases of property tests begin: one seed for all in `npm test`, so that a commit passes or fails whoever runs it; fresh ones in `npm run test:slow`. */
import { randomInt } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ProvidedContext } from 'vitest';

const FIXED = 20261122;

/** What a vitest config needs for the properties of its files to begin at `seed`. */
export const propertiesFrom = (seed: number): { setupFiles: string[]; provide: ProvidedContext } => ({
  setupFiles: ['test/property-setup.ts'],
  provide: { propertySeed: seed },
});

/** The fixed seed, or that of the environment: PROPERTY_SEED=<seed> repeats what a run from another seed found. */
export function fixedSeed(): number {
  const seed = Number(process.env['PROPERTY_SEED'] ?? FIXED);
  if (!Number.isInteger(seed)) throw new Error(`PROPERTY_SEED: expected a whole number, got ${process.env['PROPERTY_SEED']}. Write one.`);
  return seed;
}

export const freshSeed = (): number => randomInt(2 ** 31);

/** The test files outside test/slow that hold properties. */
export const propertyFiles = (): string[] =>
  readdirSync('test', { recursive: true, encoding: 'utf8' })
    .map((file) => join('test', file).replaceAll('\\', '/'))
    .filter((file) => file.endsWith('.test.ts') && !file.startsWith('test/slow/'))
    .filter((file) => readFileSync(file, 'utf8').includes("from 'fast-check'"));
