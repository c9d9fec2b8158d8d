/** A small plausible run folder, made by the schemas from seeded randomness: for tests of pages, not of numbers. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dateOf, dayOf, hashOf, instantAt, randomFloat, randomInit, randomNormal, sha256 } from '../../lib/core/index.js';
import {
  type DecisionRow,
  decisionRowSchema,
  EQUITY_COLUMNS,
  type FillRow,
  fillLineSchema,
  type OutcomeRow,
  openRun,
  outcomeRowSchema,
  parseSpec,
  type RejectionRow,
  type RunFolder,
  runRowSchema,
} from '../../lib/replay/index.js';

export interface FixtureOptions {
  readonly label: string;
  readonly strategy: string;
  readonly symbols?: readonly string[];
  readonly sessions?: number;
  readonly seed?: number;
  /** Probability of a trade per symbol and session. */
  readonly activity?: number;
  readonly why?: string;
  readonly marks?: readonly string[];
  readonly notes?: readonly string[];
  readonly record?: 'full' | 'account';
  readonly index?: string | null;
  readonly audit?: unknown;
  readonly market?: { readonly calendar: string; readonly currency: string };
}

/** Weekdays from 2015-01-05 on. */
function weekdays(count: number): number[] {
  const days: number[] = [];
  for (let day = dayOf('2015-01-05'); days.length < count; day++) if ((day + 3) % 7 < 5) days.push(day);
  return days;
}

/** Writes `folder/<label>` and opens it. The market follows `seed` 7 for every run, so that runs of one symbol list are comparable. */
export function makeRun(folder: string, options: FixtureOptions): RunFolder {
  const {
    label,
    strategy,
    symbols = ['000001.SZ'],
    sessions = 500,
    seed = 1,
    activity = 0.04,
    why = 'fast average above slow',
    record = 'full',
  } = options;
  const index = options.index === undefined ? '000300.SH' : options.index;
  const path = join(folder, hashOf([label, strategy, seed]).slice(0, 12));
  mkdirSync(path, { recursive: true });
  const market = randomInit(7, 'fixture-market');
  const own = randomInit(seed, `fixture-${label}`);
  const days = weekdays(sessions);
  const price = new Map(symbols.map((s, i) => [s, 1000 + 400 * i]));
  const held = new Map(symbols.map((s) => [s, 0]));
  let cash = 100_000_000;
  let indexClose = 330_000;
  let orders = 0;
  const decisions: DecisionRow[] = [];
  const outcomes: OutcomeRow[] = [];
  const lines: (FillRow | RejectionRow)[] = [];
  const equityLines: string[] = [EQUITY_COLUMNS.join(',')];
  const equityOf = () => cash + symbols.reduce((sum, s) => sum + held.get(s)! * price.get(s)!, 0);
  days.forEach((day, at) => {
    const session = dateOf(day);
    let fees = 0;
    let turnover = 0;
    const atOpen = equityOf();
    for (const symbol of symbols) {
      price.set(symbol, Math.max(100, Math.round(price.get(symbol)! * (1 + 0.0003 + 0.018 * randomNormal(market)))));
      const last = price.get(symbol)!;
      const draw = randomFloat(own);
      const side = held.get(symbol)! > 0 ? 'sell' : 'buy';
      const action = draw < activity ? (side === 'buy' ? 'BUY_50' : 'SELL_ALL') : 'HOLD';
      const confidence = Math.round((0.3 + 0.7 * randomFloat(own)) * 100) / 100;
      const decidedAt = instantAt(day, '15:00', 'Asia/Shanghai');
      const id = hashOf([label, seed, session, symbol]).slice(0, 32);
      decisions.push({
        v: 1,
        id,
        session,
        window: 'close',
        symbol,
        strategy,
        decidedAt,
        maxKnownAt: at === 0 ? null : decidedAt,
        features: { rsi14: at < 14 ? null : 50 },
        portfolio: {
          cashMinor: cash,
          equityMinor: equityOf(),
          quantity: held.get(symbol)!,
          sellableAtFill: held.get(symbol)!,
          averageCostTicks: last,
          lastPriceTicks: held.get(symbol)! > 0 ? last : 0,
          weight: (held.get(symbol)! * last) / equityOf(),
        },
        analyses: [],
        debate: null,
        decision: { action, size: { kind: 'none' }, confidence, why, state: draw > 0.995 ? 'no-intent' : 'decided' },
        evidence: [{ kind: 'bars', id: `${symbol}:${session}`, knownAt: decidedAt }],
        transcripts: [],
        tokens: 0,
        costMinor: 0,
      });
      for (const horizon of [1, 5, 20]) {
        if (at + horizon >= days.length) continue;
        const gross = 0.02 * Math.sqrt(horizon) * randomNormal(own);
        const direction = action === 'HOLD' ? 'flat' : side === 'buy' ? 'long' : 'avoided';
        const signed = direction === 'long' ? gross : direction === 'avoided' ? -gross : 0;
        const leg = { date: session, priceTicks: last, state: 'traded' as const };
        outcomes.push({
          v: 1,
          decision: id,
          session,
          symbol,
          action,
          horizon,
          maturesAt: instantAt(days[at + horizon]!, '15:00', 'Asia/Shanghai'),
          entry: leg,
          exit: leg,
          direction,
          instrumentReturn: gross,
          gross: signed,
          net: signed - 0.0015,
          costs: 0.0015,
          bookReturn: gross / 2,
          benchmarkReturn: gross / 3,
          drawdown: 0.01,
          label: Math.abs(gross) < 0.0015 ? 0 : gross > 0 ? 1 : -1,
        });
      }
      if (action === 'HOLD') continue;
      orders++;
      if (randomFloat(own) < 0.15) {
        const reason = (['limit-up', 'suspended', 'below-lot', 'cut-cash'] as const)[orders % 4]!;
        lines.push({
          v: 1,
          kind: 'rejection',
          order: orders,
          session,
          symbol,
          side,
          quantity: 100 * orders,
          reason,
          detail: 'limit 11.00',
          action,
          strategy,
        });
        continue;
      }
      const quantity = side === 'sell' ? held.get(symbol)! : Math.floor((cash * 0.9) / symbols.length / last / 100) * 100;
      if (quantity === 0) continue;
      const notionalMinor = quantity * last;
      const feesMinor: Record<string, number> = {
        commission: Math.round(notionalMinor * 0.00025),
        transfer: Math.round(notionalMinor * 0.00001),
      };
      if (side === 'sell') feesMinor['stamp'] = Math.round(notionalMinor * 0.001);
      const totalFeesMinor = Object.values(feesMinor).reduce((a, b) => a + b, 0);
      const cashDeltaMinor = (side === 'buy' ? -notionalMinor : notionalMinor) - totalFeesMinor;
      cash += cashDeltaMinor;
      held.set(symbol, side === 'buy' ? quantity : 0);
      fees += totalFeesMinor;
      turnover += notionalMinor;
      lines.push({
        v: 1,
        kind: 'fill',
        order: orders,
        session,
        symbol,
        side,
        quantity,
        priceTicks: last,
        notionalMinor,
        feesMinor,
        totalFeesMinor,
        cashDeltaMinor,
        action,
        strategy,
        why,
      });
    }
    indexClose = Math.round(indexClose * (1 + 0.0002 + 0.012 * randomNormal(market)));
    const equity = equityOf();
    equityLines.push([session, equity, atOpen, cash, (equity - cash) / equity, fees, turnover, index === null ? '' : indexClose].join(','));
  });
  const full = record === 'full';
  const jsonl = (rows: readonly unknown[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join('');
  const files: Record<string, string> = {
    'equity.csv': `${equityLines.join('\n')}\n`,
    'fills.jsonl': jsonl(lines.map((row) => fillLineSchema.parse(row))),
    ...(full
      ? {
          'decisions.jsonl': jsonl(decisions.map((row) => decisionRowSchema.parse(row))),
          'outcomes.jsonl': jsonl(outcomes.map((row) => outcomeRowSchema.parse(row))),
        }
      : {}),
    ...(options.audit === undefined ? {} : { 'audit.json': JSON.stringify(options.audit) }),
  };
  const spec = parseSpec({
    data: 'embedded:cn',
    symbols: [...symbols],
    from: dateOf(days[0]!),
    to: dateOf(days[days.length - 1]!),
    strategies: [{ id: strategy }],
    seed,
    record,
  });
  const row = runRowSchema.parse({
    v: 1,
    run: `${strategy}-${hashOf(label).slice(0, 8)}`,
    label,
    status: 'done',
    configHash: hashOf(spec),
    seed,
    spec: JSON.parse(JSON.stringify(spec)),
    marks: options.marks ?? ['synthetic data'],
    notes: options.notes ?? [],
    stamp: {
      code: { commit: '0123456789abcdef0123456789abcdef01234567', dirty: true, treeHash: sha256('tree') },
      lockfile: sha256('lock'),
      runtime: { node: 'v24.0.0', platform: 'linux', arch: 'x64' },
      parameters: hashOf(spec),
      seed,
      data: Object.fromEntries(symbols.map((s) => [s, sha256(s)])),
      models: {},
      rulebook: 'cn-a 2024-10',
      startedAt: Date.UTC(2026, 0, 2, 3, 4),
    },
    market: { sessionsPerYear: 243, minorPerMajor: 100, index, ...(options.market ?? { calendar: 'cn-a', currency: 'CNY' }) },
    counts: {
      sessions: days.length,
      decisions: full ? decisions.length : 0,
      outcomes: full ? outcomes.length : 0,
      fills: lines.filter((l) => l.kind === 'fill').length,
      rejections: lines.filter((l) => l.kind === 'rejection').length,
      abstentions: 0,
    },
    digests: Object.fromEntries(Object.entries(files).map(([name, text]) => [name, sha256(text)])),
  });
  for (const [name, text] of Object.entries({ ...files, 'run.json': JSON.stringify(row) })) writeFileSync(join(path, name), text);
  return openRun(path);
}
