/** `hindcast import-sb3`: a policy of stable-baselines3 becomes a bundle, without running any pickle. */
import type { Command } from 'commander';
import type { ActionOf } from '../action.js';
import { exampleOf } from '../example.js';
import type { ImportSb3Flags } from '../run/import-sb3.js';

export function define(command: Command, action: ActionOf): void {
  command
    .requiredOption('--model <zip>', 'final_model.zip, best_model.zip or rl_model_N_steps.zip')
    .option('--normalizer <pkl>', 'the *_vecnormalize.pkl that was saved with it; there is no default')
    .option('--schema <id>', 'what the policy observes: ashare14, or another schema that it was trained on', 'ashare14')
    .option('--actions <id>', 'what its actions mean', 'seedFive')
    .option('--masked', 'a policy of MaskablePPO whose environment masked actions that would be refused: so will its bundle')
    .option('--out <folder>', 'where the bundle goes (default: models/<name of the model>)')
    .option('--force', 'replace another bundle that lies there')
    .addHelpText('after', exampleOf('hindcast import-sb3 --model final_model.zip --normalizer final_vecnormalize.pkl --out models/mine'));
  action<ImportSb3Flags>(command, async (context, flags) => {
    const { importModel } = await import('../run/import-sb3.js');
    return importModel(context, flags);
  });
}
