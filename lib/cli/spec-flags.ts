/** The flags that make a replay spec, shared by `replay` and `backtest`. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { MemoryUse } from '../memory/index.js';
import type { ReplaySpec, ReplaySpecInput } from '../replay/index.js';
import { exactRatio, horizonList, nonNegative, wholeNumber } from './numbers.js';

export interface SpecFlags {
  readonly data?: string;
  readonly offline?: boolean;
  readonly symbols?: string[];
  readonly from?: string;
  readonly to?: string;
  readonly set?: [path: string, value: unknown][];
  readonly decisionPoint?: ReplaySpec['decisionPoint'];
  readonly cash?: number;
  readonly rulebook?: string;
  readonly risk?: string;
  readonly commission?: { numerator: number; denominator: number };
  readonly minimumCommissionMinor?: number;
  readonly slippageBp?: number;
  readonly dividendWithholding?: { numerator: number; denominator: number };
  readonly quantityStep?: number;
  readonly priceOnly?: boolean;
  readonly seed?: number;
  readonly horizons?: number[];
  readonly onBadRow?: ReplaySpec['onBadRow'];
  readonly memory?: MemoryUse;
  readonly memoryFrom?: string;
  readonly memoryHorizon?: number;
  readonly memoryEmbedder?: string;
}

export const names = (text: string): string[] => {
  const list = text.split(',').map((name) => name.trim());
  if (list.some((name) => name === '')) throw new InvalidArgumentError('Expected names with commas between them, such as AAPL,IBM.');
  return list;
};

export const setting = (text: string, before: [string, unknown][] = []): [string, unknown][] => {
  const match = /^([^=]+)=(.*)$/s.exec(text);
  if (!match) throw new InvalidArgumentError('Expected key=value, such as fast=10 (or sma-cross.fast=10 for one of several strategies).');
  return [...before, [match[1]!, literal(match[2]!)]];
};

/** JSON where it is JSON (numbers, true, lists), text otherwise. */
function literal(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Adds the flags to a command. */
export function specOptions(command: Command): void {
  command
    .option(
      '--data <source>',
      'embedded:cn, embedded:cn-5m, embedded:us, lab:<preset>, store:<name>, a path to CSV or Parquet bars, or source:<name> to fetch what is missing into store:<name> first (default: embedded:cn)',
    )
    .option('--offline', 'with source:<name>, read the store and the cache only, and name what they lack')
    .option('--symbols <a,b>', 'instruments to trade (default: all of the data that can be)', names)
    .option('--from <date>', 'first session with decisions, YYYY-MM-DD; earlier bars are warm-up')
    .option('--to <date>', 'last session with decisions')
    .option('--set <key=value>', 'parameter of every strategy that has it, or of one: <strategy>.<key>=<value>; repeat for more', setting)
    .addOption(
      new Option('--decision-point <point>', 'when of a day it is decided; the last three need bars shorter than a day').choices([
        'close',
        'preopen',
        'open',
        'midday',
        'every',
      ]),
    )
    .option('--cash <amount>', 'starting cash in yuan or dollars', nonNegative)
    .option('--rulebook <path>', 'market rules other than the default')
    .option('--risk <name|path>', 'none, house, or a risk file')
    .option('--commission <rate>', 'fraction of the notional, such as 0.00025', exactRatio)
    .option('--minimum-commission-minor <n>', 'least commission of an order in fen or cents', wholeNumber)
    .option('--slippage-bp <n>', 'slippage in basis points', nonNegative)
    .option('--dividend-withholding <part>', 'US: part of each cash dividend that is withheld, such as 0.3', exactRatio)
    .option('--quantity-step <n>', 'US and coins: smallest quantity that the broker trades, such as 0.0001', nonNegative)
    .option('--price-only', 'replay instruments whose corporate actions are unknown; stamped on everything')
    .option('--seed <n>', 'seed of all randomness', wholeNumber)
    .option('--horizons <1,5,20>', 'outcome horizons in sessions', horizonList)
    .addOption(new Option('--on-bad-row <what>', 'what to do with bad rows of your data').choices(['refuse', 'skip']));
}

/** Of the commands whose runs may remember; a search has no memory. */
export function memoryUseOptions(command: Command): void {
  const uses = ['own', 'off', 'shuffled', 'lagged', 'poisoned'];
  command.addOption(new Option('--memory <use>', 'a memory for the run: own, or an ablation of it').choices(uses));
  memoryOptions(command);
}

/** Which memory it is, whatever use is made of it. */
export function memoryOptions(command: Command): void {
  command
    .option('--memory-from <name>', 'memory to start from, under data/memory or a path; empty otherwise')
    .option('--memory-embedder <name>', 'local, or a model as server/name (default: llmEmbed of the settings, else local)')
    .option('--memory-horizon <n>', 'sessions until a decision becomes a lesson, one of the horizons (default: 5)', wholeNumber);
}

/** The keys of a spec that the flags gave; data, symbols, span and strategies are the caller's. */
export function specPart(flags: SpecFlags): Partial<ReplaySpecInput> {
  const costs = {
    ...(flags.commission && { commission: flags.commission }),
    ...(flags.minimumCommissionMinor !== undefined && { minimumCommissionMinor: flags.minimumCommissionMinor }),
    ...(flags.slippageBp !== undefined && { slippageBp: flags.slippageBp }),
    ...(flags.dividendWithholding && { dividendWithholding: flags.dividendWithholding }),
  };
  const memory = {
    ...(flags.memory && { use: flags.memory }),
    ...(flags.memoryFrom !== undefined && { from: flags.memoryFrom }),
    ...(flags.memoryHorizon !== undefined && { horizon: flags.memoryHorizon }),
    ...(flags.memoryEmbedder !== undefined && flags.memoryEmbedder !== 'local' && { embedder: flags.memoryEmbedder }),
  };
  const { decisionPoint, cash: initialCash, quantityStep, rulebook, risk, priceOnly, seed, horizons, onBadRow } = flags;
  const given = Object.entries({ decisionPoint, initialCash, quantityStep, rulebook, risk, priceOnly, seed, horizons, onBadRow });
  return {
    ...Object.fromEntries(given.filter(([, value]) => value !== undefined)),
    ...(Object.keys(costs).length > 0 && { costs }),
    // `local` names no model, yet asks for a memory as another embedder would.
    ...((Object.keys(memory).length > 0 || flags.memoryEmbedder !== undefined) && { memory }),
  };
}

/** A spec file with the flags over it: of costs and memory key by key, so that one flag leaves the file's other keys standing. */
export function specWith(file: Partial<ReplaySpecInput>, flags: SpecFlags): Partial<ReplaySpecInput> {
  const { costs, memory, ...part } = specPart(flags);
  const { embedder, ...remembered } = file.memory ?? {};
  return {
    ...file,
    ...part,
    ...(costs && { costs: { ...file.costs, ...costs } }),
    ...(memory && {
      memory: { ...remembered, ...(embedder !== undefined && flags.memoryEmbedder !== 'local' && { embedder }), ...memory },
    }),
  };
}
