/** A run that asks a model server, from the command line: recorded, packed, and verified where no server answers. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import { expect, test } from 'vitest';
import { oracleLab } from '../agents/oracle-run.js';
import { serveOracle } from '../agents/oracle-server.js';
import { cli, lastJson } from './run-cli.js';

test('a run of llm is packed with its calls, and its pack is verified without the server', async () => {
  const server = await serveOracle(oracleLab(1, 5).oracle);
  const home = mkdtempSync(join(tmpdir(), 'hindcast-models-pack-'));
  const pack = join(home, 'run.zip');
  const environment = (results: string) => ({
    HINDCAST_RESULTS: results,
    HINDCAST_LLM_SERVERS: `oracle=${server.url}`,
    HINDCAST_LLM_TIERS: 'small=oracle/small,large=oracle/large',
    HINDCAST_LLM_RETRIES: '0',
  });
  const here = environment(join(home, 'results'));
  const span = ['--data', 'lab:recurring@3', '--symbols', '605600.SH', '--from', '2018-03-01', '--to', '2018-03-30'];
  const replay = await cli(['replay', ...span, '--strategy', 'llm', '--set', 'card=numbers-only', '--json'], { environment: here });
  expect(replay).toMatchObject({ status: 0 });
  const { folder } = lastJson(replay.stdout) as { folder: string };
  const packed = await cli(['pack', folder, '--out', pack], { environment: here });
  expect(packed.stderr).toBe('');
  const calls = Buffer.from(unzipSync(readFileSync(pack))['transcript.jsonl']!)
    .toString('utf8')
    .trim()
    .split('\n');
  expect(calls.length).toBeGreaterThan(10);
  await server.close();

  const elsewhere = environment(join(home, 'other'));
  const verified = await cli(['verify', pack], { environment: elsewhere });
  expect(verified.stdout + verified.stderr).toMatch(/^verified /m);
  expect(verified.status).toBe(0);
  // The calls gone from beside the run: its folder can't be verified, and says why.
  for (const name of ['', '-wal', '-shm']) rmSync(join(home, 'results', `transcripts.sqlite${name}`), { force: true });
  const gone = await cli(['verify', folder], { environment: here });
  expect(gone.stdout).toMatch(/cannot verify .*model calls that the decisions/);
  expect(gone.status).toBe(4);
}, 90_000);
