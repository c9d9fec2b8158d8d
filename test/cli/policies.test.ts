/** `hindcast import-sb3` and `hindcast export`: a bundle and its files, or a refusal that leaves nothing. */
import { copyFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { loadBundle } from '../../lib/rl/index.js';
import { cli, lastJson, root } from './run-cli.js';

const golden = (name: string) => join(root, 'test/rl/golden/sb3', name);
let home = '';
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'hindcast-policies-'));
});
const load = (...more: string[]) => cli(['import-sb3', '--model', golden('tanh64.zip'), '--out', join(home, 'mine'), ...more]);

test('import, report, sample actions, export', async () => {
  const { status, stdout } = await load('--normalizer', golden('tanh64.pkl'));
  expect(status).toBe(0);
  expect(stdout).toMatch(/14 features -> 64 -> 64 -> 5, tanh; schema ashare14/);
  expect(stdout).toMatch(/close: saturated/);
  expect(stdout).toMatch(/canSellRatio: constant, always 1 in training/);
  expect(stdout.match(/^ {2}(HOLD|BUY_25|BUY_50|SELL_50|SELL_ALL)( +-?\d+\.\d{4}){5}$/gm)).toHaveLength(5);
  const bundle = loadBundle(join(home, 'mine'));
  expect(bundle.name).toBe('mine');
  expect(stdout).toContain(bundle.hash.slice(0, 12));

  const onnx = await cli(['export', join(home, 'mine'), '--onnx', '--separate-normaliser', '--json']);
  expect(onnx.status).toBe(0);
  expect(lastJson(onnx.stdout)).toMatchObject({ format: 'onnx', opset: 17, bundle: bundle.hash });
  expect((await cli(['export', join(home, 'mine'), '--npz', '--out', join(home, 'p.npz')])).status).toBe(0);
  expect(readdirSync(home).sort()).toEqual(['mine', 'mine.normaliser.onnx', 'mine.onnx', 'p.npz']);
  for (const flags of [[], ['--onnx', '--npz'], ['--npz', '--separate-normaliser']]) {
    expect((await cli(['export', join(home, 'mine'), ...flags])).status).toBe(2);
  }
});

test('without its normaliser a model is refused, and what lies beside it is named', async () => {
  copyFileSync(golden('tanh64.zip'), join(home, 'final_model.zip'));
  copyFileSync(golden('tanh64.pkl'), join(home, 'final_vecnormalize.pkl'));
  const { status, stderr } = await cli(['import-sb3', '--model', join(home, 'final_model.zip'), '--out', join(home, 'mine')]);
  expect(status).toBe(2);
  expect(stderr).toContain('final_vecnormalize.pkl');
  expect(existsSync(join(home, 'mine'))).toBe(false);
});

test('a hostile file is refused by name and writes nothing', async () => {
  const evil = join(home, 'evil.pkl');
  const mark = join(home, 'ran');
  writeFileSync(
    evil,
    Buffer.concat([
      Buffer.of(0x80, 2),
      Buffer.from(`cposix\nsystem\nX`),
      Buffer.of(mark.length + 6, 0, 0, 0),
      Buffer.from(`touch ${mark}\x85R.`, 'latin1'),
    ]),
  );
  const { status, stderr } = await load('--normalizer', evil);
  expect(status).toBe(2);
  expect(stderr).toContain('global "posix.system"');
  expect(readdirSync(home)).toEqual(['evil.pkl']);
});

test('another bundle is replaced only when asked', async () => {
  const normaliser = ['--normalizer', golden('tanh64.pkl')];
  expect((await load(...normaliser)).status).toBe(0);
  expect((await load(...normaliser)).status).toBe(0);
  const other = [
    'import-sb3',
    '--model',
    golden('tanh64-untrained.zip'),
    '--normalizer',
    golden('tanh64-untrained.pkl'),
    '--out',
    join(home, 'mine'),
  ];
  const refused = await cli(other);
  expect(refused.status).toBe(2);
  expect(refused.stderr).toContain('--force');
  const before = readFileSync(join(home, 'mine/bundle.json'));
  expect((await cli([...other, '--force'])).status).toBe(0);
  expect(readFileSync(join(home, 'mine/bundle.json')).equals(before)).toBe(false);
});
