/**
 * A model server that knows the lab market's truth and tells it with a known chance: each tier is right with a probability that falls
 * with the case's true complexity. It speaks OpenAI's protocol, so that all but the model is the real thing.
 */
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { LadderAction } from '../../lib/agents/ladder.js';
import { dateOf, sha256 } from '../../lib/core/index.js';
import type { LabTruth } from '../../lib/feeds/index.js';

export type OracleTier = 'small' | 'large';

/** Chance of being right by tier and complexity 0..4. */
export const CHANCES: Readonly<Record<OracleTier, readonly number[]>> = {
  small: [0.97, 0.88, 0.72, 0.55, 0.42],
  large: [0.97, 0.95, 0.92, 0.89, 0.86],
};

/** Expected log return over the horizon from which the right action is to buy, or to sell. */
const EDGE = 0.01;
const SIDES: readonly LadderAction[] = ['SELL_50', 'HOLD', 'BUY_25'];

/** Uniform in [0, 1) by name. */
const drawn = (name: string): number => Number.parseInt(sha256(name).slice(0, 12), 16) / 2 ** 48;

export interface Oracle {
  /** How hard the case is in truth, and what is right. Null where the truth has no such bar. */
  caseOf(symbol: string, date: string): { readonly complexity: number; readonly right: LadderAction } | null;
  /** What a tier answers, always the same, with the margin between its two likeliest actions. */
  answer(tier: OracleTier, symbol: string, date: string): { readonly action: LadderAction; readonly margin: number };
}

export function oracleOf(truth: LabTruth, daysOf: (symbol: string) => Int32Array, { horizon = 5, seed = 1 } = {}): Oracle {
  const places = new Map<string, Map<string, number>>();
  const placeOf = (symbol: string, date: string): number | undefined => {
    let of = places.get(symbol);
    if (of === undefined) places.set(symbol, (of = new Map(Array.from(daysOf(symbol), (day, i) => [dateOf(day), i] as const))));
    return of.get(date);
  };
  const caseOf: Oracle['caseOf'] = (symbol, date) => {
    const stock = truth.stocks.get(symbol);
    const i = placeOf(symbol, date);
    if (!stock || i === undefined) return null;
    let expected = 0;
    for (let k = i + 1; k <= i + horizon && k < stock.expected.length; k++) expected += stock.expected[k]!;
    return { complexity: stock.complexity[i]!, right: expected > EDGE ? 'BUY_25' : expected < -EDGE ? 'SELL_50' : 'HOLD' };
  };
  return {
    caseOf,
    answer(tier, symbol, date) {
      const known = caseOf(symbol, date);
      const name = `${seed}|${tier}|${symbol}|${date}`;
      if (known === null) return { action: 'HOLD', margin: 0 };
      const chance = CHANCES[tier][known.complexity]!;
      const wrong = SIDES.filter((side) => side !== known.right);
      const action = drawn(name) < chance ? known.right : wrong[drawn(`${name}|wrong`) < 0.5 ? 0 : 1]!;
      // The model feels how hard the case is, roughly.
      const margin = Math.max(0, Math.min(0.98, 1.6 * (chance - 0.4) + 0.25 * (drawn(`${name}|feel`) - 0.5)));
      return { action, margin };
    },
  };
}

export interface OracleServer {
  readonly url: string;
  readonly asked: Record<OracleTier, number>;
  /** A tier that is away answers 404. */
  away: OracleTier | null;
  close(): Promise<void>;
}

/** Models `small` and `large`. Readers find nothing; all other roles are told what is right, as they would say it. */
export async function serveOracle(oracle: Oracle): Promise<OracleServer> {
  const sockets = new Set<Socket>();
  const asked: Record<OracleTier, number> = { small: 0, large: 0 };
  const state: OracleServer = { url: '', asked, away: null, close: async () => {} };
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    request.on('end', () => {
      if (request.url === '/v1/models') {
        response.writeHead(200, { 'content-type': 'application/json' });
        response.end(JSON.stringify({ data: [{ id: 'small' }, { id: 'large' }] }));
        return;
      }
      const body = JSON.parse(text) as {
        model: OracleTier;
        messages: { content: string }[];
        response_format?: { json_schema: { name: string } };
      };
      if (body.model === state.away) {
        response.writeHead(404, { 'content-type': 'application/json' });
        response.end(JSON.stringify({ error: { message: `model ${body.model} not found` } }));
        return;
      }
      asked[body.model]++;
      const prompt = body.messages.map(({ content }) => content).join('\n');
      const found = /Instrument (\S+), decision at the end of (\d{4}-\d{2}-\d{2})/.exec(prompt);
      const { action, margin } = oracle.answer(body.model, found?.[1] ?? '', found?.[2] ?? '');
      answerTo(response, tokensOf(body.response_format?.json_schema.name ?? '', action, margin), prompt.length);
    });
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return Object.assign(state, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    close: () =>
      new Promise<void>((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  });
}

interface Token {
  readonly token: string;
  readonly logprob: number;
  readonly top_logprobs: readonly { readonly token: string; readonly logprob: number }[];
}
const sure = (token: string): Token => ({ token, logprob: 0, top_logprobs: [{ token, logprob: 0 }] });

function tokensOf(form: string, action: LadderAction, margin: number): Token[] {
  if (form.startsWith('readings')) return [sure('{"items":[]}')];
  const direction = action === 'BUY_25' ? 'up' : action === 'SELL_50' ? 'down' : 'flat';
  if (form === 'opinion') return [sure(JSON.stringify({ direction, confidence: 0.5, reasons: [] }))];
  if (form === 'argument') return [sure(JSON.stringify({ strength: 0.5, reasons: [] }))];
  const first = Math.log((1 + margin) / 2);
  const second = Math.log(Math.max(1e-9, (1 - margin) / 2));
  const other = SIDES.find((side) => side !== action)!;
  const rest =
    form === 'decision'
      ? ',"horizonSessions":5,"reasons":[{"evidence":"B1","figure":null,"says":"the oracle"}],"wrongAt":null}'
      : ',"reasons":[]}';
  return [
    sure('{"action":"'),
    {
      token: action,
      logprob: first,
      top_logprobs: [
        { token: action, logprob: first },
        { token: other, logprob: second },
      ],
    },
    sure('","confidence":0.5'),
    sure(rest),
  ];
}

function answerTo(response: import('node:http').ServerResponse, tokens: readonly Token[], promptLength: number): void {
  const usage = { prompt_tokens: Math.ceil(promptLength / 4), completion_tokens: tokens.length };
  const content = tokens.map(({ token }) => token).join('');
  const events = [
    { choices: [{ index: 0, delta: { content }, logprobs: { content: tokens }, finish_reason: null }] },
    { choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] },
    { choices: [], usage },
  ];
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.end(`${events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join('')}data: [DONE]\n\n`);
}
