/** `hindcast agents`, as processes of their own, on replays that asked the oracle server. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadRouting } from '../../lib/agents/index.js';
import { labMarket, labPreset } from '../../lib/feeds/index.js';
import { cli, lastJson } from '../cli/run-cli.js';
import { scratch, serveOracle, thresholds } from './oracle-run.js';
import { oracleOf } from './oracle-server.js';

test('list and show: cards with every default; a wrong one is named with its key', async () => {
  const list = await cli(['agents', 'list', '--json']);
  expect((lastJson(list.stdout) as { cards: { id: string }[] }).cards.map(({ id }) => id)).toContain('committee');
  const path = join(scratch(), 'mine.yaml');
  writeFileSync(path, 'id: mine\npersona: I wait.\nhorizonSessions: 90\n');
  const wrong = await cli(['agents', 'show', path]);
  expect(wrong.status).toBe(2);
  expect(wrong.stderr).toMatch(/wrong horizonSessions/);
  writeFileSync(path, 'id: mine\npersona: I wait.\n');
  expect((await cli(['agents', 'show', path])).stdout).toMatch(/rounds: 1/);
});

test('a replay asks the configured models; its prompts are audited, its routing reported and fitted', async () => {
  const lab = labMarket(labPreset('small'), 1);
  const server = await serveOracle(oracleOf(lab.truth, (symbol) => lab.data.series.get(symbol)?.day ?? new Int32Array(0)));
  try {
    const folder = scratch();
    const routing = join(folder, 'shadowed.json');
    writeFileSync(routing, JSON.stringify(thresholds({ shadowShare: 1 })));
    const environment = {
      HINDCAST_RESULTS: folder,
      HINDCAST_LLM_SERVERS: `oracle=${server.url}`,
      HINDCAST_LLM_TIERS: 'small=oracle/small,large=oracle/large',
    };
    const symbols = [...lab.data.series.keys()].filter((symbol) => symbol !== lab.data.index).slice(0, 2);
    const replay = ['replay', '--data', 'lab:small@1', '--symbols', symbols.join(','), '--from', '2022-06-01', '--to', '2022-08-31'];
    const ran = await cli([...replay, '--strategy', 'llm', '--set', 'card=numbers-only', '--set', `routing=${routing}`, '--json'], {
      environment,
    });
    expect(ran.status, ran.stderr).toBe(0);
    const run = join(folder, readdirSync(folder).find((name) => name.startsWith('llm-'))!);
    expect(JSON.parse(readFileSync(join(run, 'audit.json'), 'utf8'))).toMatchObject({ verdict: 'clean' });

    const audit = await cli(['agents', 'audit', run, '--json'], { environment });
    expect(lastJson(audit.stdout)).toMatchObject({ sound: true, missing: 0, faults: [] });
    const report = await cli(['agents', 'routing', run, '--json'], { environment });
    expect(lastJson(report.stdout)).toMatchObject({ versions: ['test'], fabricatedEvidenceRate: 0 });

    const out = join(folder, 'fitted.json');
    const fitted = await cli(['agents', 'calibrate', run, '--out', out], { environment });
    expect(fitted.status, fitted.stderr).toBe(0);
    expect(loadRouting(out).version).toMatch(/^fit-[0-9a-f]{10}$/);
    const masking = await cli(['agents', 'masking', run, run], { environment });
    expect(masking.status).toBe(2);
    expect(masking.stderr).toMatch(/expected a masked run/);
  } finally {
    await server.close();
  }
}, 120_000);
