/** `hindcast settle <run>`: what came of a run's decisions, under other horizons, costs or rules; no decision is made again. */
import type { Command } from 'commander';
import type { ActionOf } from '../action.js';
import { exampleOf } from '../example.js';
import { exactRatio, horizonList, nonNegative, wholeNumber } from '../numbers.js';
import type { SettleFlags } from '../run/settle.js';

export function define(command: Command, action: ActionOf): void {
  command
    .argument('<run>', 'a run folder, such as results/rule-v1-...')
    .option('--horizons <1,5,20>', 'outcome horizons in sessions', horizonList)
    .option('--rulebook <path>', 'market rules other than those of the run')
    .option('--commission <rate>', 'fraction of the notional, such as 0.00025', exactRatio)
    .option('--minimum-commission-minor <n>', 'least commission of an order in fen or cents', wholeNumber)
    .option('--slippage-bp <n>', 'slippage in basis points', nonNegative)
    .addHelpText('after', exampleOf('hindcast settle results/<run> --horizons 1,5,10 --commission 0.0003'));
  action<SettleFlags, [string]>(command, async (context, flags, run) => (await import('../run/settle.js')).settle(context, flags, run));
}
