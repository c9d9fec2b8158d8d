/** The same as test/agents/oracle.test.ts over 2,000 decisions and with 5 % of shadow calls, as a run has them. */
import { expect, test } from 'vitest';
import { calibrateOnOracle } from '../agents/oracle-calibration.js';

test('2,000 decisions: the best threshold within its interval, the kept quality within that of 5 % of shadow calls', async () => {
  const { fit, best, report, keptQuality } = await calibrateOnOracle(8, 250, 0.05);
  const { sameSide } = report.kept;
  const line = `threshold ${fit.threshold.toFixed(3)} (${fit.low.toFixed(3)} .. ${fit.high.toFixed(3)}), in truth ${best.toFixed(3)}; `;
  process.stdout.write(
    `${line}kept quality ${sameSide.share!.toFixed(3)} (${sameSide.low!.toFixed(3)} .. ${sameSide.high!.toFixed(3)}, ${sameSide.of} shadows), in truth ${keptQuality.toFixed(3)}\n`,
  );
  expect(fit.low).toBeLessThanOrEqual(best);
  expect(fit.high).toBeGreaterThanOrEqual(best);
  expect(sameSide.of).toBeGreaterThan(40);
  expect(sameSide.low!).toBeLessThanOrEqual(keptQuality);
  expect(sameSide.high!).toBeGreaterThanOrEqual(keptQuality);
}, 600_000);
