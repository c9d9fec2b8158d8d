/** A server whose answers a test scripts, and which counts its connections. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { type RandomState, randomFloat, randomInit, systemClock } from '../../../lib/core/index.js';
import type { OutsidePolicy } from '../../../lib/feeds/outside/contract.js';

export interface TestServer {
  readonly url: string;
  readonly seen: { method: string; url: string; body: string }[];
  readonly connections: { now: number; most: number; all: number };
  close(): Promise<void>;
}

type Answer = (request: IncomingMessage, response: ServerResponse, count: number) => void;

export async function serve(answer: Answer): Promise<TestServer> {
  const sockets = new Set<Socket>();
  const connections = { now: 0, most: 0, all: 0 };
  const seen: { method: string; url: string; body: string }[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => (body += chunk));
    request.on('end', () => {
      seen.push({ method: request.method!, url: request.url!, body });
      answer(request, response, seen.length);
    });
  });
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    connections.all++;
    connections.now = sockets.size;
    // Two turns later: the end of a connection that was over before this one began may lie behind it in the same turn's events.
    setImmediate(() => setImmediate(() => (connections.most = Math.max(connections.most, sockets.size))));
    socket.on('error', () => {});
    socket.on('close', () => {
      sockets.delete(socket);
      connections.now = sockets.size;
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    connections,
    close: () =>
      new Promise<void>((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}

export const policy = (changes: Partial<OutsidePolicy> = {}): OutsidePolicy => ({
  source: 'test',
  deadlineMs: 50_000,
  attemptTimeoutMs: 20_000,
  retries: 2,
  concurrency: 4,
  breaker: { failures: 1_000_000, cooldownMs: 60_000 },
  ...changes,
});

const state: RandomState = randomInit(7);
export const effects = { clock: systemClock(), random: () => randomFloat(state) };
