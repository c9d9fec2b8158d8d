/** `hindcast cache`: stats, prune, clear. */
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { DAY_MS, manualClock, systemClock } from '../../../lib/core/index.js';
import { openCache } from '../../../lib/feeds/cache/open-cache.js';
import { cli, lastJson } from '../../cli/run-cli.js';
import { keyOf, temporaryFolder } from './support.js';

const inFolder = (folder: string, ...args: string[]) => cli(['cache', ...args, '--cache', folder]);
const jsonOf = async (folder: string, ...args: string[]) => lastJson((await inFolder(folder, ...args, '--json')).stdout);

/** Two entries of today, one of 40 days ago. */
async function filled(): Promise<string> {
  const folder = temporaryFolder();
  const clock = manualClock(systemClock().now() - 40 * DAY_MS);
  const cache = openCache({ folder, clock, warn: (message) => expect(message).toBe('') });
  await cache.get(keyOf('old', { kind: 'news' }), async () => 'old');
  clock.advance(40 * DAY_MS);
  await cache.get(keyOf('a'), async () => 'x'.repeat(300_000));
  await cache.get(keyOf('b', { source: 'other' }), async () => 'y'.repeat(300_000));
  await cache.get(keyOf('b', { source: 'other' }), async () => '');
  cache.close();
  return folder;
}

test('stats tell what is there and how often it helped; looking makes no file', async () => {
  const empty = temporaryFolder();
  expect(await jsonOf(empty, 'stats')).toMatchObject({ command: 'cache stats', entries: 0, bytes: 0, hitRate: null, groups: [] });
  expect(readdirSync(empty)).toEqual([]);
  const folder = await filled();
  expect(await jsonOf(folder, 'stats')).toMatchObject({
    entries: 3,
    hits: { memory: 1, disk: 0 },
    misses: 3,
    hitRate: 0.25,
    evictions: { memory: 0, disk: 0 },
    groups: [
      { source: 'other', kind: 'bars', entries: 1 },
      { source: 'test', kind: 'bars', entries: 1 },
      { source: 'test', kind: 'news', entries: 1 },
    ],
  });
  // Without a word after it, and with the folder before the word, it means the same.
  for (const words of [[], ['--cache', folder, 'stats']]) {
    expect(lastJson((await cli(['cache', ...words, ...(words.length ? [] : ['--cache', folder]), '--json'])).stdout)).toMatchObject({
      entries: 3,
    });
  }
  const { stdout, status } = await inFolder(folder, 'stats');
  expect(status).toBe(0);
  expect(stdout).toContain('hit rate 25.0 %');
  expect(stdout).toMatch(/other +bars +1 +0\.3 MB/);
});

test('prune takes out the unused, then the least used over a size, and what was set aside', async () => {
  const folder = await filled();
  writeFileSync(join(folder, 'cache.db.aside-20240102T000000000Z'), 'damaged');
  expect(await jsonOf(folder, 'prune', '--days', '30')).toMatchObject({ entries: 1, aside: ['cache.db.aside-20240102T000000000Z'] });
  expect(existsSync(join(folder, 'cache.db.aside-20240102T000000000Z'))).toBe(false);
  expect(await jsonOf(folder, 'prune')).toMatchObject({ entries: 0 });
  expect(await jsonOf(folder, 'prune', '--max-mb', '0')).toMatchObject({ entries: 2 });
  expect(await jsonOf(folder, 'stats')).toMatchObject({ entries: 0, misses: 3 });
});

test('clear takes out a source, a kind, or all; an unknown kind is bad input', async () => {
  const folder = await filled();
  expect(await jsonOf(folder, 'clear', '--source', 'other')).toMatchObject({ command: 'cache clear', entries: 1 });
  expect(await jsonOf(folder, 'clear', '--kind', 'news')).toMatchObject({ entries: 1 });
  expect((await inFolder(folder, 'clear', '--kind', 'bar')).status).toBe(2);
  expect(await jsonOf(folder, 'clear')).toMatchObject({ entries: 1 });
  expect(await jsonOf(folder, 'stats')).toMatchObject({ entries: 0, misses: 0, hitRate: null });
});
