/** The right manager for the strategies of a run. */
import type { Strategy } from '../core/index.js';
import { Ensemble, type EnsembleOptions } from './ensemble.js';
import type { Manager, Member } from './execution.js';
import { MultiStrategyManager } from './manager.js';

/** A strategy as a member: `exits` is protective, it guards positions that others opened. */
export const memberOf = ({ id, actions }: Strategy): Member => ({ id, actions, protective: id === 'exits' });

/** Several strategies with money of their own make an ensemble; a single one, with its protective members or without, shares the account. */
export function createManager(options: EnsembleOptions): Manager {
  return options.members.filter(({ protective }) => !protective).length > 1 ? new Ensemble(options) : new MultiStrategyManager(options);
}
