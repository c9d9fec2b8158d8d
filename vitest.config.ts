import { defineConfig } from 'vitest/config';
import { fixedSeed, propertiesFrom } from './test/property-seeds.js';

export default defineConfig({
  test: {
    ...propertiesFrom(fixedSeed()),
    globalSetup: ['test/scratch-folder.ts'],
    include: ['test/**/*.test.ts'],
    exclude: ['test/slow/**', 'node_modules/**'],
    testTimeout: 60_000,
    reporters: ['default', './test/closing-line.ts'],
    // Two files at once: the machines this runs on have two cores, and Chromium and Jupyter bring processes of their own.
    maxWorkers: 2,
  },
});
