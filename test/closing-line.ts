/** Prints first from which seeds the properties begin, and last one plain line, `N passed, N failed, N skipped`, for whoever reads only the end. */
import type { Reporter, TestModule, Vitest } from 'vitest/node';

export default class ClosingLine implements Reporter {
  onInit({ projects }: Vitest): void {
    const seeds = projects.flatMap(({ config }) => config.provide.propertySeed ?? []);
    if (seeds.length > 0) console.log(`properties from seed ${seeds.join(', ')}`);
  }

  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const count = { passed: 0, failed: 0, skipped: 0 };
    for (const module of modules) {
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        count[state === 'passed' ? 'passed' : state === 'skipped' ? 'skipped' : 'failed']++;
      }
      // A file that could not be loaded has no tests to count.
      if (!module.ok() && [...module.children.allTests()].every((test) => test.ok())) count.failed++;
    }
    const failed = count.failed + errors.length;
    // After the default reporter's summary, which is written when this hook has returned.
    setImmediate(() => console.log(`${count.passed} passed, ${failed} failed, ${count.skipped} skipped`));
  }
}
