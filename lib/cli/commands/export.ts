/** `hindcast export <bundle>`: a policy for other programs, as ONNX or as a numpy archive. */
import type { Command } from 'commander';
import type { ActionOf } from '../action.js';
import { exampleOf } from '../example.js';
import type { ExportFlags } from '../run/export.js';

export function define(command: Command, action: ActionOf): void {
  command
    .argument('<bundle>', 'a policy bundle: the folder with bundle.json')
    .option('--onnx', 'ONNX, opset 17: observation -> logits, raw clip and normaliser inside, any number of rows')
    .option('--separate-normaliser', 'with --onnx: two files, observation -> normalised and normalised -> logits')
    .option('--npz', 'a numpy archive: numpy.load(path) gives the arrays by name')
    .option('--out <file>', 'where it goes (default: beside the bundle)')
    .addHelpText('after', exampleOf('hindcast export models/mine --onnx', 'hindcast export models/mine --npz --out policy.npz'));
  action<ExportFlags, [string]>(command, async (context, flags, bundle) => {
    const { exportBundle } = await import('../run/export.js');
    return exportBundle(context, flags, bundle);
  });
}
