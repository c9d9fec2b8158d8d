/** A training verified: its parts, what made it, and made again; its pack, where its rules are gone; what can't be said is not said. */
import { cpSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { beforeAll, expect, test } from 'vitest';
import { InputError, manualClock } from '../../lib/core/index.js';
import { playAccounts } from '../../lib/replay/index.js';
import { packRun, type VerifyEffects, verifyRun } from '../../lib/report/index.js';
import { evaluatePolicies, type Play, readTrainFile, trainFileJsonSchema, trainPolicies, writeTrainFile } from '../../lib/rl/index.js';
import { code } from '../rl/support/some-code.js';

const clock = manualClock(1_700_000_000_000);
const scratch = (): string => mkdtempSync(join(tmpdir(), 'hindcast-verify-'));
const risk = join(scratch(), 'risk.json');
let folder = '';
let recorded: number | undefined;

beforeAll(async () => {
  writeFileSync(risk, JSON.stringify({ positionCap: 0.5 }));
  const resultsDir = scratch();
  const training = await trainPolicies(
    {
      symbols: ['000001.SZ'],
      from: '2018-01-02',
      to: '2020-06-30',
      preset: 'quick',
      seeds: [1],
      environments: 4,
      totalSteps: 4 * 64,
      ppo: { stepsPerRollout: 64, minibatchSize: 64, epochs: 1, policyWidths: [8], valueWidths: [8] },
      kernel: 'deterministic',
      masking: true,
      risk,
    },
    { clock, resultsDir, code },
  );
  const play: Play = (strategy, span) => playAccounts({ ...training.spec, ...span, strategies: [strategy] }, {});
  await evaluatePolicies(training, play, { clock, resultsDir, trial: false });
  folder = training.folder;
  recorded = readTrainFile(folder)!.stamp.seconds;
  // However slow this machine is, it counts as a short one.
  const file = readTrainFile(folder)!;
  writeTrainFile(folder, { ...file, stamp: { ...file.stamp, seconds: 1 } });
}, 60_000);

/** Without the parts that the tests' code and machine are. */
const verify = async (path: string, more: Partial<VerifyEffects> = {}) => {
  const [result] = await verifyRun(path, { clock, resultsDir: scratch(), ...more });
  return { ...result!, moved: result!.moved.filter((part) => !['code', 'lockfile', 'runtime'].includes(part)) };
};
const copied = (change: (at: string) => void): string => {
  const at = join(scratch(), 'training');
  cpSync(folder, at, { recursive: true });
  change(at);
  return at;
};
interface Loose {
  stamp: { seconds?: number; data: Record<string, string>; code: unknown };
  settings: { ppo: { gamma: number } };
  status: string;
  evaluation: null | { contenders: { figures: { fills: number }[] }[] };
  members: { curveDigest?: string }[];
}
const edited = (change: (file: Loose) => void): string =>
  copied((at) => {
    const path = join(at, 'train.json');
    const file = JSON.parse(readFileSync(path, 'utf8')) as Loose;
    change(file);
    writeFileSync(path, JSON.stringify(file));
  });

test('a short training is trained again: the same bundles, curves and figures', async () => {
  expect(recorded).toBeGreaterThan(0);
  const result = await verify(folder);
  expect(result).toMatchObject({ verdict: 'verified', moved: [] });
  expect(result.files).toEqual({
    'seed-1/bundle': true,
    'seed-1/curve.jsonl': true,
    evaluation: true,
  });
});

test('a long one is so only when asked; until then it is not verified, whatever else holds', async () => {
  const long = edited((file) => {
    file.stamp.seconds = 600;
  });
  const result = await verify(long);
  expect(result).toMatchObject({ verdict: 'cannot verify', files: { evaluation: true } });
  expect(result.says).toMatch(/not trained again. Training takes about 10 minutes: hindcast verify --retrain/);
  expect(await verify(long, { retrain: true })).toMatchObject({ verdict: 'verified' });
}, 30_000);

test('nothing is said of figures on unseen time where there are none', async () => {
  const bare = edited((file) => {
    file.evaluation = null;
  });
  const result = await verify(bare);
  expect(result).toMatchObject({ verdict: 'verified', files: { 'seed-1/bundle': true, 'seed-1/curve.jsonl': true } });
  expect(result.files).not.toHaveProperty('evaluation');
  expect(result.says).toMatch(/trained again, the same 1 bundle(,| from)/);
}, 30_000);

test('what was changed afterwards, or comes out differently, is named', async () => {
  const curve = await verify(copied((at) => writeFileSync(join(at, 'seed-1/curve.jsonl'), '{}\n')));
  expect(curve).toMatchObject({ verdict: 'drifted', moved: ['file:seed-1/curve.jsonl'] });
  const bundle = await verify(copied((at) => rmSync(join(at, 'seed-1/bundle/weights.safetensors'))));
  expect(bundle).toMatchObject({ verdict: 'drifted', moved: ['file:seed-1/bundle'] });
  const data = await verify(
    edited((file) => {
      file.stamp.data['000001.SZ'] = '0'.repeat(64);
      file.evaluation!.contenders[0]!.figures[0]!.fills++;
    }),
  );
  expect(data).toMatchObject({ verdict: 'drifted', moved: ['data:000001.SZ'], files: { 'seed-1/bundle': true, evaluation: false } });
  const settings = await verify(
    edited((file) => {
      file.settings.ppo.gamma = 0.5;
    }),
  );
  expect(settings).toMatchObject({ verdict: 'drifted', moved: ['settings'], files: { 'seed-1/bundle': false } });
}, 60_000);

test('its pack verifies where its rules are gone; without it they are missed by name', async () => {
  const pack = packRun(folder, join(scratch(), 'training.zip'));
  for (const entry of ['training/train.json', 'training/seed-1/bundle/weights.safetensors', 'data/000001.SZ.csv', 'risk.json']) {
    expect(pack.entries).toContain(entry);
  }
  expect(packRun(folder, join(scratch(), 'again.zip')).bytes).toBe(pack.bytes);
  renameSync(risk, `${risk}-away`);
  try {
    const gone = await verify(folder);
    expect(gone.verdict).toBe('cannot verify');
    expect(gone.says).toContain(risk);
    expect(await verify(pack.path)).toMatchObject({ verdict: 'verified', moved: [] });
    writeFileSync(risk, JSON.stringify({ positionCap: 0.4 }));
    expect(await verify(folder)).toMatchObject({ verdict: 'drifted', moved: ['risk'] });
    expect(() => packRun(folder)).toThrow(/others by now: risk/);
  } finally {
    renameSync(`${risk}-away`, risk);
  }
  expect(() => packRun(copied((at) => rmSync(join(at, 'seed-1/curve.jsonl'))))).toThrow(/seed-1\/curve\.jsonl/);
}, 60_000);

test('an unfinished training can be neither verified nor packed', async () => {
  const open = edited((file) => {
    file.status = 'interrupted';
  });
  expect((await verify(open)).says).toMatch(/missing its end/);
  expect(() => packRun(open)).toThrow(/expected a finished training/);
});

test('train.json follows its JSON Schema; one of another version or changed by hand is refused by its key', () => {
  const validate = new Ajv2020({ strict: false }).compile(trainFileJsonSchema() as object);
  const file = JSON.parse(readFileSync(join(folder, 'train.json'), 'utf8'));
  expect(validate(file), JSON.stringify(validate.errors)).toBe(true);
  expect(validate({ ...file, status: 'over' })).toBe(false);
  const read = (change: object) => () =>
    readTrainFile(copied((at) => writeFileSync(join(at, 'train.json'), JSON.stringify({ ...file, ...change }))));
  expect(read({ v: 2 })).toThrow(/got a wrong "v"/);
  expect(read({ members: [{}] })).toThrow(/got a wrong "members\.0\.fold"/);
  expect(() => readTrainFile(copied((at) => writeFileSync(join(at, 'train.json'), '{"v": 1')))).toThrow(InputError);
  // A training of before curves, code and seconds were kept.
  const old = edited(({ members, stamp }) => {
    for (const member of members) delete member.curveDigest;
    delete stamp.seconds;
    stamp.code = null;
  });
  expect(readTrainFile(old)!.members).toHaveLength(1);
});
