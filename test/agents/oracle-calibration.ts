/** Calibration against an oracle whose chances are known: what the best threshold is in truth, and what the kept answers are worth. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { calibrate, type RoutedDecision, type RoutingReport, routingOf, routingReport } from '../../lib/agents/index.js';
import { sideOf } from '../../lib/agents/ladder.js';
import type { FittedThreshold } from '../../lib/agents/routing/best-threshold.js';
import { openRun } from '../../lib/replay/index.js';
import { oracleLab, oracleReplay, scratch, serveOracle, thresholds } from './oracle-run.js';
import { CHANCES, type OracleTier } from './oracle-server.js';

/** What a bigger call must bring in chance of being right. */
const WORTH = 0.12;

export interface Calibrated {
  readonly fit: FittedThreshold;
  /** The threshold that is best in truth, over all cases of the market. */
  readonly best: number;
  readonly report: RoutingReport;
  /** Share of the kept answers, all of them, on whose side the large tier is. */
  readonly keptQuality: number;
}

/**
 * A run in which every kept answer is shadowed gives new thresholds; a run routed by them, with the usual few shadows, gives the
 * estimate of quality.
 */
export async function calibrateOnOracle(symbols: number, sessions: number, shadowShare: number): Promise<Calibrated> {
  const made = oracleLab(symbols, sessions);
  const server = await serveOracle(made.oracle);
  const folder = scratch();
  try {
    const through = async (name: string, routing: ReturnType<typeof thresholds>) => {
      const path = join(folder, `${name}.json`);
      writeFileSync(path, JSON.stringify(routing));
      const { folder: run } = await oracleReplay(made, {
        url: server.url,
        folder,
        run: name,
        parameters: { card: 'numbers-only', routing: path },
      });
      return openRun(run)
        .decisions()
        .flatMap((row) => {
          const record = routingOf(row.analyses);
          return record ? [{ id: `${row.symbol}|${row.session}`, record }] : [];
        });
    };
    const caseOf = ({ id }: RoutedDecision) => made.oracle.caseOf(...(id.split('|') as [string, string]))!;
    const judge = (decision: RoutedDecision, action: Parameters<typeof sideOf>[0]) =>
      sideOf(action) === sideOf(caseOf(decision).right) ? 1 : 0;

    const all = await through('all', thresholds({ shadowShare: 1 }));
    const { fits, settings } = calibrate(all, judge, thresholds({}), { version: 'oracle-1', worth: WORTH });
    const routed = await through('routed', { ...settings, shadowShare });
    expect(routed.every(({ record }) => record.version === 'oracle-1')).toBe(true);

    const kept = routed.filter(({ record }) => record.outcome === 'kept');
    const agreeing = kept.filter(({ id }) => {
      const [symbol, date] = id.split('|') as [string, string];
      const sides = (['small', 'large'] as OracleTier[]).map((tier) => sideOf(made.oracle.answer(tier, symbol, date).action));
      return sides[0] === sides[1];
    });
    return { fit: fits.margin!, best: bestInTruth(made), report: routingReport(routed, judge), keptQuality: agreeing.length / kept.length };
  } finally {
    await server.close();
  }
}

/** Over every bar of the market: where the known chances say that going up stops being worth its price. */
function bestInTruth(made: ReturnType<typeof oracleLab>): number {
  const cases = made.symbols
    .flatMap((symbol) =>
      Array.from(made.lab.data.series.get(symbol)!.day, (day) => [symbol, new Date(day * 86_400_000).toISOString().slice(0, 10)] as const),
    )
    .map(([symbol, date]) => {
      const { complexity } = made.oracle.caseOf(symbol, date)!;
      return {
        margin: made.oracle.answer('small', symbol, date).margin,
        gain: CHANCES.large[complexity]! - CHANCES.small[complexity]! - WORTH,
      };
    })
    .sort((a, b) => a.margin - b.margin);
  let sum = 0;
  let most = 0;
  let at = 0;
  cases.forEach(({ gain, margin }, i) => {
    sum += gain;
    if (sum > most) {
      most = sum;
      at = (margin + (cases[i + 1]?.margin ?? margin)) / 2;
    }
  });
  return at;
}
