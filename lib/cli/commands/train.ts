/** `hindcast train`: policies by PPO, several seeds at once, judged on unseen time. */
import { type Command, InvalidArgumentError } from 'commander';
import type { ActionOf } from '../action.js';
import { exampleOf } from '../example.js';
import { exactRatio, nonNegative, wholeNumber } from '../numbers.js';
import type { TrainFlags } from '../run/train.js';
import { names, setting } from '../spec-flags.js';

const seeds = (text: string): number | number[] => {
  const list = text.split(',').map((part) => wholeNumber(part.trim()));
  if (list.length === 1 && list[0] === 0) throw new InvalidArgumentError('Expected 1 seed or more.');
  return list.length === 1 ? list[0]! : list;
};

const folds = (text: string): number => {
  const count = wholeNumber(text);
  if (count === 0) throw new InvalidArgumentError('Expected 1 fold or more.');
  return count;
};

export function define(command: Command, action: ActionOf): void {
  command
    .option('--preset <name>', 'default (that of stable-baselines3), quick, legacy or big-batch')
    .option('--name <name>', 'of the policy and its folder (default: policy)')
    .option('--steps <n>', 'environment steps of each seed', wholeNumber)
    .option('--seeds <n>', 'how many seeds, or a list such as 1,2,7 (default: 5)', seeds)
    .option('--folds <n>', 'walk forward: so many tests, each with policies of its own', folds)
    .option('--schema <id>', 'observation: scale-free-v1 or ashare14')
    .option('--reward <name>', 'log-return, legacy or differential-sharpe')
    .option('--deterministic', 'the kernel whose bits are the same on every machine')
    .option('--settings <file>', 'settings as JSON; flags win over its keys')
    .option('--data <source>', 'as for hindcast replay (default: embedded:cn)')
    .option('--offline', 'with source:<name>, read the store and the cache only, and name what they lack')
    .option('--symbols <a,b>', 'instruments, each with an account of its own (default: all of the data that can be)', names)
    .option('--from <date>', 'first session of training, YYYY-MM-DD; earlier bars are warm-up')
    .option('--to <date>', 'last session of the test')
    .option('--cash <amount>', 'of each account in yuan or dollars', nonNegative)
    .option('--rulebook <path>', 'market rules other than the default')
    .option('--risk <name|path>', 'none, house, or a risk file')
    .option('--commission <rate>', 'fraction of the notional, such as 0.00025', exactRatio)
    .option('--minimum-commission-minor <n>', 'least commission of an order in fen or cents', wholeNumber)
    .option('--slippage-bp <n>', 'slippage in basis points', nonNegative)
    .option('--set <key=value>', 'any other setting, such as ppo.gamma=0.9 or earlyStop.patience=10; repeat', setting)
    .option('--list', 'print the presets and every setting with its default')
    .option('--threads <n>', 'seeds trained at the same time (default: as many as processors)', wholeNumber)
    .option('--report', 'write one HTML file with the figures')
    .addHelpText(
      'after',
      exampleOf(
        'hindcast train --preset quick',
        'hindcast train --preset quick --data lab:clear --seeds 3 --report',
        'hindcast train --name bank --steps 500000 --folds 3 --set split.purge=5 --set earlyStop.patience=10',
      ),
    );
  action<TrainFlags>(command, async (context, flags) => {
    const run = await import('../run/train.js');
    return flags.list ? run.listSettings(context) : run.train(context, flags);
  });
}
