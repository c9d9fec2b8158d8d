/** Where in a run a server failed: its replay fails there, and the replay of another run does not. */
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { failureKind } from '../../lib/llm/index.js';
import { closeAll, failureOf, fakeServer, json, keep, runAt, scratch } from './support.js';

afterEach(closeAll);

test('a failure belongs to its run: one that got the vector at the same place is replayed with it', async () => {
  let away = true;
  const server = keep(
    await fakeServer((_, response) =>
      away
        ? json(response, { error: 'server busy, please try again' }, 503)
        : json(response, { embeddings: [[3, 4]], prompt_eval_count: 2 }),
    ),
  );
  const path = join(scratch(), 'transcripts.sqlite');
  const at = { place: 'recall|7' };
  const first = runAt(server.url, { run: 'first', path }).models;
  expect(failureKind(await failureOf(first.embed('ollama/m', ['a note'], at)))).toBe('queue-full');
  away = false;
  const second = runAt(server.url, { run: 'second', path }).models;
  const { vectors } = await second.embed('ollama/m', ['a note'], at);
  expect(vectors).toEqual([new Float32Array([3, 4])]);

  const replayOf = (run: string) => runAt('http://127.0.0.1:1', { run, path, mode: 'replay' }).models;
  expect(failureKind(await failureOf(replayOf('first').embed('ollama/m', ['a note'], at)))).toBe('queue-full');
  expect((await replayOf('second').embed('ollama/m', ['a note'], at)).vectors).toEqual(vectors);
});

test('under a name of its own a replay fails only where no run has the vector', async () => {
  const server = keep(await fakeServer((_, response) => json(response, { error: 'server busy, please try again' }, 503)));
  const path = join(scratch(), 'transcripts.sqlite');
  await failureOf(runAt(server.url, { run: 'first', path }).models.embed('ollama/m', ['a note'], { place: 'recall|7' }));
  const other = runAt('http://127.0.0.1:1', { run: 'other', path, mode: 'replay' }).models;
  expect(failureKind(await failureOf(other.embed('ollama/m', ['a note'], { place: 'recall|7' })))).toBe('queue-full');
});
