/** Policy files under other people's packages: stable-baselines3 answers as recorded, onnx and safetensors take what we write. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { projectRoot } from '../../lib/core/index.js';
import { importSb3, ONNX_OPSET, policyLogits, policyNpz, policyOnnx, saveBundle, separateOnnx } from '../../lib/rl/index.js';
import { peerPython } from '../bench/support/peers.js';
import { goldenPath, sb3Observations } from '../rl/sb3-files.js';
import { pythonWith } from './environment.js';

const root = projectRoot();

test('stable-baselines3 2.9 answers as test/rl/golden/sb3/answers.json says', async () => {
  const python = await peerPython('rl', { say: console.log });
  const said = execFileSync(python, ['-W', 'ignore', 'test/rl/golden/sb3/policies.py', 'check'], { cwd: root, encoding: 'utf8' });
  expect(said.trim().split('\n')).toEqual(['tanh64 as stored', 'tanh64-untrained as stored', 'relu32-16 as stored']);
});

test("sb3-contrib's MaskablePPO answers as test/rl/golden/sb3/masked.json says", async () => {
  const python = await peerPython('rl', { say: console.log });
  const said = execFileSync(python, ['-B', '-W', 'ignore', 'test/rl/golden/sb3/masked.py', 'check'], { cwd: root, encoding: 'utf8' });
  expect(said.trim()).toBe('masked as stored');
});

const CHECK = `
import json, sys
import numpy as np, onnx, onnxruntime
from safetensors import safe_open
folder, opset = sys.argv[1], int(sys.argv[2])
x = np.fromfile(folder + '/observations.f4', '<f4').reshape(-1, 14)
def run(name, x):
    model = onnx.load(f'{folder}/{name}.onnx')
    onnx.checker.check_model(model, full_check=True)
    assert [(o.domain, o.version) for o in model.opset_import] == [('', opset)]
    assert model.graph.input[0].type.tensor_type.shape.dim[0].dim_param == 'batch'
    session = onnxruntime.InferenceSession(f'{folder}/{name}.onnx', providers=['CPUExecutionProvider'])
    return session.run(None, {session.get_inputs()[0].name: x})[0]
whole = run('policy', x)
apart = run('network', run('normaliser', x))
assert (whole == apart).all()
archive = np.load(folder + '/policy.npz')
with safe_open(folder + '/bundle/weights.safetensors', 'np') as tensors:
    for name in tensors.keys():
        assert (tensors.get_tensor(name) == archive[name]).all(), name
    print(json.dumps({'tensors': sorted(tensors.keys()), 'logits': whole.ravel().tolist()}))
`;

test.each(['tanh64', 'relu32-16'])('onnx.checker, onnxruntime, safetensors and numpy take %s', (name) => {
  const python = pythonWith('onnx', [['onnx==1.23.2', 'onnxruntime==1.32.0', 'safetensors==0.8.0', 'numpy==2.4.6']]);
  const { bundle } = importSb3({ model: goldenPath(`${name}.zip`), normaliser: goldenPath(`${name}.pkl`) });
  const folder = mkdtempSync(join(tmpdir(), 'hindcast-onnx-'));
  const observations = sb3Observations();
  const { normaliser, policy } = separateOnnx(bundle);
  writeFileSync(join(folder, 'observations.f4'), new Uint8Array(observations.buffer));
  writeFileSync(join(folder, 'policy.onnx'), policyOnnx(bundle));
  writeFileSync(join(folder, 'normaliser.onnx'), normaliser);
  writeFileSync(join(folder, 'network.onnx'), policy);
  writeFileSync(join(folder, 'policy.npz'), policyNpz(bundle));
  saveBundle(join(folder, 'bundle'), bundle);
  const said = execFileSync(python, ['-c', CHECK, folder, String(ONNX_OPSET)], { encoding: 'utf8', maxBuffer: 1 << 26 });
  const { tensors, logits } = JSON.parse(said) as { tensors: string[]; logits: number[] };
  expect(tensors).toHaveLength(12);
  const ours = policyLogits(bundle, observations);
  expect(Math.max(...logits.map((value, i) => Math.abs(value - ours[i]!)))).toBeLessThan(1e-5);
});
