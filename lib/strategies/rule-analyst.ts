/**
 * `rule:v1`, a deterministic analyst: fixed rules over trend, momentum, volatility and volume, with a reason in plain words. It stands
 * in where no language model is configured, and says that it is rules wherever it speaks.
 */
import { z } from 'zod';
import type { BarWindow, Intent, Step, Strategy, View } from '../core/index.js';
import { seedFive } from '../market/index.js';
import { barsEvidence, portfolioEvidence, positionIn } from './intents.js';
import { readParameters } from './parameters.js';
import { type RuleReading, type RuleReadings, ruleReadings } from './rule-readings.js';

export const ruleAnalystSchema = z.strictObject({
  buyAt: z.number().positive().default(0.9).describe('score from which BUY_25; BUY_50 from 1.5 times that'),
  sellAt: z.number().positive().default(0.9).describe('score below zero from which SELL_50; SELL_ALL from 1.5 times that'),
  calmVolatility: z.number().positive().default(0.035).describe('daily volatility above which a positive score is halved'),
  pause: z.int().min(0).default(5).describe('sessions between two orders on one symbol; SELL_ALL does not wait'),
});

type Rules = z.output<typeof ruleAnalystSchema>;

export interface RuleAnalystState {
  readings: RuleReadings;
  /** Sessions since an order was last asked for. */
  rested: number;
}

/** Bars read at the first call: enough for Wilder's smoothing to forget its start. */
const HISTORY = 250;
/** Bars that the slowest rule needs. */
const NEEDED = 61;

export function ruleAnalyst(parameters: z.input<typeof ruleAnalystSchema> = {}): Strategy<RuleAnalystState> {
  const rules = readParameters('rule:v1', ruleAnalystSchema, parameters);
  return {
    id: 'rule:v1',
    scope: 'symbol',
    actions: seedFive,
    init: () => ({ readings: ruleReadings.init(), rested: rules.pause }),
    decide(view, symbols, state): Step<RuleAnalystState> {
      const symbol = symbols[0]!;
      const window = view.bars(symbol, state.readings.count === 0 ? HISTORY : 1);
      let reading: RuleReading | null = null;
      for (let i = 0; i < window.length; i++) reading = ruleReadings.update(state.readings, window, i);
      const ground = view.bars(symbol, NEEDED);
      const intent = reading && state.readings.count >= NEEDED ? judge(view, ground, reading, rules, state) : warmingUp(ground, state);
      state.rested = intent.action === 'HOLD' ? state.rested + 1 : 0;
      return { intents: [intent], state };
    },
  };
}

function warmingUp(window: BarWindow, state: RuleAnalystState): Intent {
  const why = `rule:v1: ${state.readings.count} of the ${NEEDED} bars it needs`;
  return { symbol: window.symbol, action: 'HOLD', confidence: 0, why, evidence: [barsEvidence(window)] };
}

/** Trend + momentum + overbought or oversold + volume, -2.75 .. 2.75; a positive sum is halved when the market is not calm. */
export function ruleScore(r: RuleReading, calmVolatility: number): number {
  const trend = r.price > r.sma20 && r.sma20 > r.sma60 ? 1 : r.price < r.sma20 && r.sma20 < r.sma60 ? -1 : r.price > r.sma60 ? 0.5 : -0.5;
  const usual = r.volatility * Math.sqrt(20);
  const momentum = usual > 0 ? Math.max(-1, Math.min(1, r.return20 / (2 * usual))) : 0;
  const stretched = r.rsi > 75 ? -0.5 : r.rsi < 25 ? 0.5 : 0;
  const volume = r.volumeZ > 1 ? 0.25 * Math.sign(momentum) : 0;
  const score = trend + momentum + stretched + volume;
  return score > 0 && r.volatility > calmVolatility ? score / 2 : score;
}

function judge(view: View, window: BarWindow, reading: RuleReading, rules: Rules, state: RuleAnalystState): Intent {
  const symbol = window.symbol;
  const score = ruleScore(reading, rules.calmVolatility);
  const wish = wishOf(score, rules);
  const evidence = [barsEvidence(window)];
  let action = wish;
  let note = '';
  if (wish !== 'HOLD' && wish !== 'SELL_ALL' && state.rested < rules.pause) {
    action = 'HOLD';
    note = `; ${wish} waits: last order ${state.rested + 1} sessions ago`;
  } else if (wish === 'SELL_50' || wish === 'SELL_ALL') {
    const portfolio = view.portfolio();
    evidence.push(portfolioEvidence(portfolio));
    if (!positionIn(portfolio, symbol)) {
      action = 'HOLD';
      note = `; ${wish} has nothing to sell`;
    }
  }
  const certainty = action === 'HOLD' && wish === 'HOLD' ? 1 - Math.abs(score) / 2.75 : Math.min(1, Math.abs(score) / 2.75);
  return { symbol, action, confidence: Math.round(certainty * 100) / 100, why: inWords(reading, score) + note, evidence };
}

function wishOf(score: number, { buyAt, sellAt }: Rules): 'BUY_25' | 'BUY_50' | 'HOLD' | 'SELL_50' | 'SELL_ALL' {
  if (score >= buyAt * 1.5) return 'BUY_50';
  if (score >= buyAt) return 'BUY_25';
  if (score <= -sellAt * 1.5) return 'SELL_ALL';
  return score <= -sellAt ? 'SELL_50' : 'HOLD';
}

function inWords(r: RuleReading, score: number): string {
  const percent = (x: number): string => `${(x * 100).toFixed(1)} %`;
  const against = (average: number): string => percent(r.price / average - 1);
  return (
    `rule:v1: score ${score.toFixed(2)}; price to SMA20 ${against(r.sma20)}, to SMA60 ${against(r.sma60)}; ` +
    `20-session return ${percent(r.return20)}, RSI14 ${r.rsi.toFixed(0)}, volatility ${percent(r.volatility)} a day, volume z ${r.volumeZ.toFixed(1)}`
  );
}
