import { defineConfig } from 'vitest/config';

/** What needs gigabytes, hours or other people's packages: `npm run test:slow`. */
export default defineConfig({
  test: {
    include: ['test/slow/**/*.test.ts'],
    testTimeout: 1_800_000,
    hookTimeout: 600_000,
    maxWorkers: 1,
    reporters: ['verbose', './test/closing-line.ts'],
  },
});
