/** Makes every golden file and every shipped data file again with the program that made it, and expects the same bytes. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { projectRoot } from '../../lib/core/index.js';
import { peerPython } from '../bench/support/peers.js';
import { pythonWith } from './environment.js';

const root = projectRoot();

const inEnvironment = (name: string, installs: readonly (readonly string[])[], args: readonly string[]): void =>
  void execFileSync(pythonWith(name, installs), args, { cwd: root, stdio: 'inherit' });

/** Expects `make` to leave the files as they are; puts them back when it doesn't. */
function unchanged(files: readonly string[], make: () => void): void {
  const before = files.map((file) => readFileSync(join(root, file)));
  make();
  const same = files.map((file, i) => readFileSync(join(root, file)).equals(before[i]!));
  files.forEach((file, i) => {
    writeFileSync(join(root, file), before[i]!);
  });
  expect(Object.fromEntries(files.map((file, i) => [file, same[i]]))).toEqual(Object.fromEntries(files.map((file) => [file, true])));
}

test('indicators: TA-Lib 0.8.2', () => {
  unchanged(['test/features/golden/talib.json'], () =>
    inEnvironment(
      'talib',
      [['TA-Lib==0.8.2', 'numpy==2.4.6', 'pandas==3.1.1', 'bokeh-sampledata==2026.1']],
      ['test/features/golden/make.py'],
    ),
  );
});

test('statistics: empyrical, arch, scipy', () => {
  unchanged(
    ['figures', 'blocks', 'pbo'].map((name) => `test/stats/golden/${name}.json`),
    () =>
      inEnvironment(
        'stats',
        [['empyrical-reloaded==0.7.1', 'arch==8.0.0', 'scipy==1.17.1', 'numpy==2.4.6', 'pandas==3.1.1', 'bokeh-sampledata==2026.1']],
        ['test/stats/golden/make.py'],
      ),
  );
});

test('the broker: rqalpha 5.6.5', () => {
  unchanged(['test/market/broker/golden/rqalpha.json'], () =>
    inEnvironment(
      'rqalpha',
      [
        ['setuptools<81', 'wheel', 'numpy', 'cython'],
        ['--no-build-isolation', 'rqalpha==5.6.5'],
      ],
      ['test/slow/rqalpha_broker.py', 'test/market/broker/golden/rqalpha.json'],
    ),
  );
});

test('PPO: stable-baselines3 2.9.2 on torch 2.15.0', async () => {
  const python = await peerPython('rl');
  unchanged(
    ['normaliser', 'update', 'rollout', 'cart-pole', 'trade-env'].map((name) => `test/rl/golden/ppo/${name}.json`),
    () => execFileSync(python, ['-W', 'ignore', 'test/rl/golden/ppo/make.py'], { cwd: root, stdio: 'inherit' }),
  );
  unchanged(['test/rl/golden/ppo/same-draws.json'], () =>
    execFileSync(python, ['-W', 'ignore', 'test/rl/golden/ppo/same_draws.py'], { cwd: root, stdio: 'inherit' }),
  );
});

test('accounts worked out by hand', () => {
  const golden = 'test/market/golden/by-hand.json';
  unchanged([golden], () => execFileSync('python3', ['test/market/golden/by-hand.py', golden], { cwd: root, stdio: 'inherit' }));
});

test('a portfolio of coins on four-hour bars: vectorbt 1.2.0', () => {
  unchanged(['test/market/broker/golden/portfolio.json'], () =>
    inEnvironment('vectorbt', [['vectorbt==1.2.0', 'numpy==2.4.6', 'pandas==3.1.1']], ['test/market/broker/golden/portfolio.py']),
  );
});

test('Parquet files: pyarrow 21.0.0', () => {
  unchanged(
    ['000001.SZ', 'snappy-date32', 'zstd-timestamp'].map((name) => `test/feeds/golden/${name}.parquet`),
    () => inEnvironment('pyarrow', [['pyarrow==21.0.0']], ['test/feeds/golden/make-parquet.py']),
  );
});

test('calendars: akshare and exchange_calendars', () => {
  unchanged(['data/calendars/cn-a.csv', 'data/calendars/us.csv'], () =>
    inEnvironment('calendars', [['--no-deps', 'akshare==1.19.5'], ['exchange_calendars==4.13.2']], ['data/calendars/extract.py']),
  );
});

test('bars: the packages that carry them', () => {
  const files = execFileSync('git', ['ls-files', 'data/bars', 'data/README.md'], { cwd: root, encoding: 'utf8' })
    .trim()
    .split('\n')
    .filter((file) => !file.endsWith('.py'));
  expect(files.length).toBeGreaterThan(10);
  unchanged(files, () => execFileSync('python3', ['data/bars/extract.py'], { cwd: root, stdio: 'inherit' }));
});
