/** `hindcast models list`, as a process of its own, against servers that are there and that are not. */
import { afterEach, expect, test } from 'vitest';
import type { ModelsTable } from '../../lib/llm/index.js';
import { cli, lastJson } from '../cli/run-cli.js';
import { closeAll, DIGEST, fakeServer, json, KEY, keep } from './support.js';

afterEach(closeAll);

test('names model, digest, cut-off and health of each role, and fails where one is away', async () => {
  const server = keep(await fakeServer((_, response) => json(response, {}, 500)));
  const environment = {
    OLLAMA_HOST: server.url,
    HINDCAST_LLM_SERVERS: `cloud=${server.url}/v1`,
    HINDCAST_LLM_KEYS: `cloud=${KEY}`,
    HINDCAST_LLM_TIERS: 'small=ollama/m,large=cloud/m',
    HINDCAST_LLM_CUTOFFS: 'ollama/m=2024-06-30',
  };
  const all = await cli(['models', 'list', '--json'], { environment });
  const table = lastJson(all.stdout) as ModelsTable & { healthy: boolean };
  expect(all.status).toBe(0);
  expect(table.healthy).toBe(true);
  expect(table.models.find(({ model }) => model === 'ollama/m')).toMatchObject({ digest: DIGEST, cutoff: '2024-06-30', price: '0/0' });
  expect(server.seen.find(({ path }) => path === '/v1/models')!.headers.authorization).toBe(`Bearer ${KEY}`);
  expect(server.questions()).toEqual([]);

  const away = await cli(['models'], { environment: { ...environment, HINDCAST_LLM_TIERS: 'small=ollama/gone' } });
  expect(away.status).toBe(1);
  expect(away.stdout).toMatch(/ollama\/gone +away/);
  expect(away.stdout).toMatch(/ollama pull gone/);

  const none = await cli(['models', 'list'], { environment: { OLLAMA_HOST: server.url } });
  expect(none.status).toBe(0);
  expect(none.stdout).toMatch(/fixed rules \(rule:v1\) stand in for every role/);
  expect(all.stdout + all.stderr + away.stdout + away.stderr).not.toContain(KEY);
});
