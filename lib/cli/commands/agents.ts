/** `hindcast agents list | show | audit | routing | calibrate | masking`: who the agents are, what they were asked, how it was routed, what masking changed. */
import type { Command } from 'commander';
import type { ActionOf } from '../action.js';
import { exampleOf } from '../example.js';
import { group } from '../group.js';
import { nonNegative, wholeNumber } from '../numbers.js';
import type { CalibrateFlags, RoutingFlags } from '../run/agents.js';

export function define(command: Command, action: ActionOf): void {
  const run = async () => import('../run/agents.js');
  const part = (name: string, description: string, ...examples: string[]): Command =>
    command
      .command(name)
      .description(description)
      .addHelpText('after', exampleOf(...examples));

  group(command).addHelpText('after', exampleOf('hindcast agents list', 'hindcast agents routing results/<run>'));
  action(command, async (context) => (await run()).agentsList(context));
  action(part('list', 'List the agent cards that ship, and the roles.', 'hindcast agents list'), async (context) =>
    (await run()).agentsList(context),
  );
  action<object, [string]>(
    part('show', 'Print a card with every default, or say what is wrong with yours.', 'hindcast agents show my-agent.yaml').argument(
      '<card>',
      'name of a card, or a path',
    ),
    async (context, _flags, card) => (await run()).agentsShow(context, card),
  );
  action<object, [string]>(
    part(
      'audit',
      'Compare every recorded prompt of a run with what its decisions say that it was made of.',
      'hindcast agents audit results/<run>',
    ).argument('<run>', 'folder of a run'),
    async (context, _flags, folder) => (await run()).agentsAudit(context, folder),
  );
  const horizon = (one: Command): Command => one.option('--horizon <sessions>', 'outcomes by which answers are judged', wholeNumber, 5);
  action<RoutingFlags, [string]>(
    horizon(
      part(
        'routing',
        'Report share and cost of each model tier, kept quality, regret, made-up evidence.',
        'hindcast agents routing results/<run>',
      ),
    ).argument('<run>', 'folder of a run'),
    async (context, flags, folder) => (await run()).agentsRouting(context, flags, folder),
  );
  action<CalibrateFlags, [string[]]>(
    horizon(
      part(
        'calibrate',
        'Fit the thresholds of the model tiers on stored decisions, and write them to a file.',
        'hindcast agents calibrate results/<run> --out routing.json',
        'hindcast replay --strategy llm --set routing=routing.json',
      ),
    )
      .argument('<runs...>', 'folders of runs with shadow calls (shadowShare in their thresholds)')
      .requiredOption('--out <file>', 'file to write')
      .option('--from <file>', 'thresholds to start from', 'default')
      .option('--worth <share>', 'how much likelier to be right a bigger call must make an answer', nonNegative, 0.05),
    async (context, flags, folders) => (await run()).agentsCalibrate(context, flags, folders),
  );
  action<object, [string, string]>(
    part(
      'masking',
      'Compare a masked with an unmasked replay of the same span.',
      'hindcast agents masking results/<masked> results/<unmasked>',
    )
      .argument('<masked>', 'run with mask=true')
      .argument('<unmasked>', 'the same run without'),
    async (context, _flags, masked, unmasked) => (await run()).agentsMasking(context, masked, unmasked),
  );
}
