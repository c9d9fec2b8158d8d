/** A local server that replays answers, and a context to ask it. Answers in these tests were written from the sources' documented formats. */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { dayOf, monotonicMs } from '../../../lib/core/index.js';
import { openSources } from '../../../lib/feeds/sources/named.js';

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface Reply {
  readonly status?: number;
  readonly type?: string;
  readonly body: string | Uint8Array;
}

export const json = (value: unknown, status = 200): Reply => ({ status, type: 'application/json', body: JSON.stringify(value) });
export const HTML: Reply = { type: 'text/html', body: '<!DOCTYPE html><html><body>Please verify that you are human</body></html>' };

/** Answers each request with what `reply` says; gives the server's address and all that was asked. */
export async function replayServer(reply: (asked: Asked, count: number) => Reply): Promise<{ url: string; asked: Asked[] }> {
  const asked: Asked[] = [];
  const read = (request: IncomingMessage): Promise<string> =>
    new Promise((resolve) => {
      let body = '';
      request.on('data', (chunk: Buffer) => {
        body += chunk.toString();
      });
      request.on('end', () => resolve(body));
    });
  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    const one = {
      method: request.method ?? '',
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      body: await read(request),
    };
    asked.push(one);
    const { status = 200, type = 'application/json', body } = reply(one, asked.length);
    response.writeHead(status, { 'content-type': type });
    response.end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

/** A context whose clock starts at `iso` and runs on. */
export function contextAt(iso: string) {
  const [base, start] = [Date.parse(iso), monotonicMs()];
  const context = openSources({ clock: { now: () => base + Math.floor(monotonicMs() - start) }, random: () => 0 });
  onTestFinished(() => context.close());
  return context;
}

export const span = (symbol: string, from: string, to: string) => ({ symbol, from: dayOf(from), to: dayOf(to) });
