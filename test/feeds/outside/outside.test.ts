import { afterEach, expect, test } from 'vitest';
import { manualClock } from '../../../lib/core/index.js';
import {
  BadAnswer,
  Cancelled,
  type OutsideError,
  RateLimited,
  Refused,
  TimeoutError,
  Unavailable,
} from '../../../lib/feeds/outside/errors.js';
import { outside } from '../../../lib/feeds/outside/outside.js';
import { effects, policy, serve } from './support.js';

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const thing of opened.splice(0).reverse()) await thing.close();
});
const keep = <T extends { close(): Promise<void> }>(thing: T): T => {
  opened.push(thing);
  return thing;
};
const failureOf = (promise: Promise<unknown>): Promise<OutsideError> =>
  promise.then(
    (value) => Promise.reject(new Error(`expected a failure, got ${JSON.stringify(value)}`)),
    (error: OutsideError) => error,
  );

test('an answer comes back as text, JSON, bytes, or what read makes of it', async () => {
  const server = keep(await serve((_, response) => response.end('{"a":[1,2]}')));
  const out = keep(outside(policy(), effects));
  expect(await out.fetchText(server.url)).toBe('{"a":[1,2]}');
  expect(await out.fetchJson(server.url)).toEqual({ a: [1, 2] });
  expect(Buffer.from(await out.fetchBytes(server.url)).toString()).toBe('{"a":[1,2]}');
  expect(await out.fetchJson(server.url, { read: (json) => (json as { a: number[] }).a.length })).toBe(2);
  await out.fetchText(`${server.url}/x`, { method: 'POST', body: '{"token":1}' });
  expect(server.seen.at(-1)).toEqual({ method: 'POST', url: '/x', body: '{"token":1}' });
  // Connections are kept and used again.
  expect(server.connections.all).toBeLessThan(4);
  expect(out.metrics()).toMatchObject({ data_source_requests_total: 5, data_source_attempts_total: 5 });
});

test('GBK text is read as declared by the answer or by the caller; other bytes are a bad answer', async () => {
  // python3 -c "print('开盘'.encode('gbk').hex())"
  const gbk = Buffer.from('bfaac5cc', 'hex');
  const server = keep(
    await serve((request, response) => {
      if (request.url === '/declared') response.setHeader('content-type', 'text/csv; charset=GBK');
      response.end(gbk);
    }),
  );
  const out = keep(outside(policy(), effects));
  expect(await out.fetchText(`${server.url}/declared`)).toBe('开盘');
  expect(await out.fetchText(server.url, { encoding: 'gbk' })).toBe('开盘');
  expect(await failureOf(out.fetchText(server.url))).toBeInstanceOf(BadAnswer);
});

test('what may be retried is, and only that', async () => {
  const statuses: Record<string, number> = { '/unauthorised': 401, '/forbidden': 403, '/missing': 404, '/busy': 429, '/broken': 500 };
  const server = keep(
    await serve((request, response) => {
      response.statusCode = statuses[request.url!] ?? 200;
      response.end('no');
    }),
  );
  const out = keep(outside(policy({ retries: 1 }), effects));
  const tries = async (path: string) => {
    const before = server.seen.length;
    const error = await failureOf(out.fetchJson(server.url + path));
    return [error.constructor, error.status, server.seen.length - before];
  };
  expect(await tries('/unauthorised')).toEqual([Refused, 401, 1]);
  expect(await tries('/forbidden')).toEqual([Refused, 403, 1]);
  expect(await tries('/missing')).toEqual([BadAnswer, 404, 1]);
  expect(await tries('/busy')).toEqual([RateLimited, 429, 2]);
  expect(await tries('/broken')).toEqual([Unavailable, 500, 2]);
  // Status 200, but not JSON.
  expect(await tries('/')).toEqual([BadAnswer, undefined, 1]);
  expect(out.metrics().data_source_failures_total).toMatchObject({ refused: 2, 'bad-answer': 2, 'rate-limited': 1, unavailable: 1 });
});

test('a source turns its own messages into errors: by status, and within an answer with status 200', async () => {
  const server = keep(
    await serve((request, response, count) => {
      if (request.url === '/404') {
        response.statusCode = 404;
        response.end('{"error":"该接口返回数据为空"}');
      } else response.end(count === 1 ? '{"code":40203,"msg":"抱歉，您访问接口频率超限"}' : '{"code":0}');
    }),
  );
  const out = keep(outside(policy(), effects));
  const read = (json: unknown) => {
    const { code } = json as { code: number };
    if (code !== 0) throw new RateLimited('test', 'quota');
    return code;
  };
  expect(await out.fetchJson(server.url, { read })).toBe(0);
  expect(server.seen.length).toBe(2);
  const onStatus = (status: number, body: string) => (body.includes('为空') ? new Refused('test', `empty ${status}`) : undefined);
  expect((await failureOf(out.fetchJson(`${server.url}/404`, { onStatus }))).message).toBe('test: empty 404');
  const odd = await failureOf(
    out.fetchJson(server.url, {
      read: () => {
        throw new RangeError('no column close');
      },
    }),
  );
  expect(odd).toBeInstanceOf(BadAnswer);
  expect(odd.message).toContain('no column close');
});

test('a broken connection is tried again; truncated answers and refused connections are Unavailable', async () => {
  const server = keep(
    await serve((request, response, count) => {
      if (count === 1) request.socket.destroy();
      else if (request.url === '/cut') {
        response.writeHead(200, { 'content-length': '100' });
        response.write('{"a":');
        setTimeout(() => request.socket.destroy(), 5);
      } else response.end('[]');
    }),
  );
  const out = keep(outside(policy({ retries: 1 }), effects));
  expect(await out.fetchJson(server.url)).toEqual([]);
  expect(server.seen.length).toBe(2);
  expect(await failureOf(out.fetchJson(`${server.url}/cut`))).toBeInstanceOf(Unavailable);
  const gone = await serve(() => {});
  await gone.close();
  expect(await failureOf(out.fetchJson(gone.url))).toBeInstanceOf(Unavailable);
});

test('an answer over the limit ends the transfer', async () => {
  const server = keep(await serve((_, response) => response.end('x'.repeat(100_000))));
  const out = keep(outside(policy({ answerBytesMax: 1_000 }), effects));
  expect(await failureOf(out.fetchText(server.url))).toBeInstanceOf(BadAnswer);
});

test('Retry-After holds back every call to the source, and a call that it would outlast fails at once', async () => {
  const server = keep(
    await serve((_, response) => {
      response.writeHead(429, { 'retry-after': '3600' });
      response.end();
    }),
  );
  const out = keep(outside(policy(), effects));
  const error = await failureOf(out.fetchText(server.url));
  expect(error).toBeInstanceOf(RateLimited);
  expect((error as RateLimited).retryAfterMs).toBe(3_600_000);
  expect(await failureOf(out.fetchText(server.url))).toBeInstanceOf(RateLimited);
  expect(server.seen.length).toBe(1);
});

test('the breaker opens after failures in a row and lets one attempt through after the pause', async () => {
  let works = false;
  const server = keep(
    await serve((_, response) => {
      response.statusCode = works ? 200 : 503;
      response.end('ok');
    }),
  );
  const out = keep(outside(policy({ retries: 0, breaker: { failures: 3, cooldownMs: 5_000 } }), effects));
  for (let i = 0; i < 10; i++) expect(await failureOf(out.fetchText(server.url))).toBeInstanceOf(Unavailable);
  expect(server.seen.length).toBe(3);
  works = true;
  await expect.poll(() => out.fetchText(server.url).catch(() => 'held back'), { timeout: 30_000 }).toBe('ok');
  expect(server.seen.length).toBe(4);
});

test('a fault of the operation passes through as it is, once', async () => {
  const out = keep(outside(policy(), effects));
  let count = 0;
  const fault = new TypeError('undefined is not a function');
  await expect(
    out.call(async () => {
      count++;
      throw fault;
    }),
  ).rejects.toBe(fault);
  expect(count).toBe(1);
  expect(out.metrics().data_source_failures_total.unexpected).toBe(1);
});

test("the caller's signal and close end a call, whether it heeds them or not", async () => {
  const out = outside(policy(), effects);
  const own = new AbortController();
  const deaf = failureOf(out.call(() => new Promise(() => {}), { signal: own.signal }));
  const other = failureOf(out.call(() => new Promise(() => {})));
  own.abort();
  expect(await deaf).toBeInstanceOf(Cancelled);
  await out.close();
  expect(await other).toBeInstanceOf(Cancelled);
  expect(await failureOf(out.call(async () => 1))).toBeInstanceOf(Cancelled);
});

test('starts are spaced; never more run at once than allowed', async () => {
  const out = keep(outside(policy({ ratePerMinute: 3_000, concurrency: 3 }), effects));
  let running = 0;
  let most = 0;
  const starts: number[] = [];
  await Promise.all(
    Array.from({ length: 12 }, () =>
      out.call(async () => {
        starts.push(effects.clock.now());
        most = Math.max(most, ++running);
        await new Promise((resolve) => setTimeout(resolve, 100));
        running--;
      }),
    ),
  );
  expect(most).toBe(3);
  // 60,000 / 3,000 = 20 ms apart; a timer may be 1 ms early.
  expect(starts.at(-1)! - starts[0]!).toBeGreaterThanOrEqual(11 * 20 - 11);
});

test('a clock that was set back does not hold calls', async () => {
  const clock = manualClock(1_000_000);
  const out = keep(outside(policy({ ratePerMinute: 60 }), { ...effects, clock }));
  expect(await out.call(async () => 1)).toBe(1);
  clock.set(0);
  expect(await out.call(async () => 2)).toBe(2);
});

const resources = (): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const name of process.getActiveResourcesInfo()) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
};

test.each([
  [8, 200],
  [500, 1_000],
])(
  '1,000 calls, %i at once, to a server that never answers end by the deadline and leave nothing behind',
  async (concurrency, attemptTimeoutMs) => {
    const server = keep(await serve(() => {}));
    const warnings: Error[] = [];
    const onWarning = (warning: Error) => warnings.push(warning);
    process.on('warning', onWarning);
    const before = resources();
    const out = outside(policy({ deadlineMs: 1_500, attemptTimeoutMs, retries: 3, concurrency }), effects);
    const startedAt = effects.clock.now();
    const longest = { ms: 0 };
    const calls = Array.from({ length: 1_000 }, async (_, i) => {
      const error = await failureOf(i % 2 ? out.fetchText(server.url) : out.fetchJson(`${server.url}/${i}`));
      longest.ms = Math.max(longest.ms, effects.clock.now() - startedAt);
      return error;
    });
    // Deadlines count from the beginning of each call; the last one begins so much later.
    const begunAfterMs = effects.clock.now() - startedAt;
    const reasons = await Promise.all(calls);
    const odd = reasons.filter((error) => !(error instanceof TimeoutError));
    expect(odd.map(String)).toEqual([]);
    // Told by the attempts, not by a clock that a busy machine holds up. An attempt that ran its whole time held a slot for so long, and
    // all of them lie before the last deadline; besides, each call may have one that its deadline cut. Without a deadline all 4,000
    // would be made.
    const whole = concurrency * Math.ceil((1_500 + begunAfterMs) / attemptTimeoutMs);
    expect(out.metrics().data_source_attempts_total).toBeLessThanOrEqual(whole + reasons.length);
    expect(server.connections.most).toBeLessThanOrEqual(concurrency);
    await out.close();
    // However long a busy machine takes to close them: one that leaks stays for good.
    await expect.poll(() => server.connections.now, { timeout: 60_000 }).toBe(0);
    // Fewer is fine: the server of an earlier test may have been closing still.
    const more = () => Object.entries(resources()).filter(([name, count]) => count > (before[name] ?? 0));
    await expect.poll(more, { timeout: 60_000 }).toEqual([]);
    console.log(
      `1,000 calls ended after ${longest.ms} ms of 1,500; at most ${server.connections.most} connections, ${server.connections.now} left`,
    );
    process.off('warning', onWarning);
    expect(warnings).toEqual([]);
  },
);
