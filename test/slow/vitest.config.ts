import { defineConfig } from 'vitest/config';
import { freshSeed, propertiesFrom, propertyFiles } from '../property-seeds.js';

const slow = { globalSetup: ['test/scratch-folder.ts'], testTimeout: 1_800_000, hookTimeout: 600_000, maxWorkers: 1 };

/** What needs gigabytes, hours or other people's packages; and every property again from fresh seeds: `npm run test:slow`. */
export default defineConfig({
  test: {
    ...slow,
    reporters: ['verbose', './test/closing-line.ts'],
    projects: [
      ...Array.from({ length: 5 }, freshSeed).map((seed) => ({
        test: { ...slow, ...propertiesFrom(seed), name: `seed ${seed}`, include: propertyFiles() },
      })),
      { test: { ...slow, name: 'slow', include: ['test/slow/**/*.test.ts'] } },
    ],
  },
});
