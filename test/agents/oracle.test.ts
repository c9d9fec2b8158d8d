import { expect, test } from 'vitest';
import { calibrateOnOracle } from './oracle-calibration.js';

test('calibration finds the best threshold of a known oracle, and shadow calls the quality of what was kept', async () => {
  const { fit, best, report, keptQuality } = await calibrateOnOracle(3, 120, 0.3);
  expect(fit.low).toBeLessThanOrEqual(best);
  expect(fit.high).toBeGreaterThanOrEqual(best);
  expect(fit.high - fit.low).toBeLessThan(0.7);
  expect(report.kept.sameSide.of).toBeGreaterThan(20);
  expect(report.kept.sameSide.low!).toBeLessThanOrEqual(keptQuality);
  expect(report.kept.sameSide.high!).toBeGreaterThanOrEqual(keptQuality);
  expect(report.escalated.decisions).toBeGreaterThan(10);
  expect(report.tiers.map(({ tier }) => tier).sort()).toEqual(['large', 'small']);
}, 120_000);
