/**
 * Bringing a universe to equal target weights. Buys are requested against the cash of their own barrier, so what the sells of a
 * rebalance set free is spent one session later: a rebalance has two legs, and between rebalances only what is missing is mended.
 */
import type { ActionName, EpochDay, EvidenceRef, Intent, PortfolioState, Symbol, View } from '../core/index.js';
import { barsEvidence, positionIn } from './intents.js';

/** One symbol that should be held, and why. */
export interface Target {
  readonly symbol: Symbol;
  readonly confidence: number;
  readonly why: string;
}

export interface RebalanceState {
  /** Sessions since the last rebalance; -1 before the first. */
  since: number;
  targets: Target[];
}

/** What the targets are brought to: the table's row for the weight, and its row for nothing. */
export interface Aim {
  readonly enter: ActionName;
  readonly leave: ActionName;
  readonly weight: number;
  /** A position within this part of its target weight is left alone. */
  readonly tolerance: number;
  /** Bars that the choice of targets read. */
  readonly barsRead: number;
}

/** Intents of this session; nothing is asked for a symbol that has no bar of the newest session. */
export function rebalanceIntents(view: View, symbols: readonly Symbol[], state: RebalanceState, aim: Aim): Intent[] {
  const portfolio = view.portfolio();
  const intents: Intent[] = [];
  for (const position of portfolio.positions) {
    if (position.quantity === 0 || state.targets.some((target) => target.symbol === position.symbol)) continue;
    intents.push({ symbol: position.symbol, action: aim.leave, confidence: 1, why: 'no longer among the targets', evidence: [] });
  }
  for (const target of state.targets) {
    if (wants(portfolio, target.symbol, state.since, aim)) intents.push({ ...target, action: aim.enter, evidence: [] });
  }
  if (intents.length === 0) return intents;
  const today = newestDay(view, symbols);
  const fresh: Intent[] = [];
  for (const intent of intents) {
    const window = view.bars(intent.symbol, aim.barsRead);
    const evidence: EvidenceRef[] = [barsEvidence(window)];
    if (window.day[window.length - 1] === today) fresh.push({ ...intent, evidence });
  }
  return fresh;
}

function wants(portfolio: PortfolioState, symbol: Symbol, since: number, aim: Aim): boolean {
  const position = positionIn(portfolio, symbol);
  if (!position) return true;
  const gap = aim.weight - position.weight;
  const slack = aim.tolerance * aim.weight;
  return since === 0 ? gap > slack || gap < -slack : since === 1 && gap > slack;
}

/** The newest session that any of the symbols traded in. */
export function newestDay(view: View, symbols: readonly Symbol[]): EpochDay {
  let newest = Number.NEGATIVE_INFINITY;
  for (const symbol of symbols) {
    const window = view.bars(symbol, 1);
    if (window.length > 0 && window.day[window.length - 1]! > newest) newest = window.day[window.length - 1]!;
  }
  return newest;
}
