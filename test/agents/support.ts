/** A desk for tests: a view with news and memories, and models whose answers a test scripts. */

import { loadCard, loadRouting, plainNames, type RoomSettings, ruleModels } from '../../lib/agents/index.js';
import type { NewsItem, RecalledItem, View } from '../../lib/core/index.js';
import { type ChatRequest, type ModelPlan, type Models, memoryMeter, RecordedFailure } from '../../lib/llm/index.js';
import { account, closeOf, type FakeBar, viewAt } from '../strategies/fake-view.js';

export const SYMBOL = '600000.SH';
export const DAY = 19_000;

/** A price that drifts; 120 bars up to DAY. */
export function bars(drift = 0, count = 120): FakeBar[] {
  return Array.from({ length: count }, (_, i) => ({
    day: DAY - count + 1 + i,
    close: Math.round(1000 * (1 + drift) ** i * (1 + 0.006 * Math.sin(i * 1.7))),
    volume: 1000 + (i % 7) * 50,
  }));
}

export const item = (text: string, more: Partial<NewsItem> = {}): NewsItem => ({
  id: 'news-1',
  symbols: [SYMBOL],
  eventAt: closeOf(DAY) - 3_600_000,
  knownAt: closeOf(DAY) - 3_600_000,
  title: 'A company reports',
  text,
  source: 'Press',
  ...more,
});

export const lesson = (id: string, instrumentReturn: number, body: object = {}): RecalledItem => ({
  id,
  kind: 'lesson',
  text: 'lesson text',
  body: { situation: 'trend up, momentum flat, calm | news none | market none', action: 'BUY_25', instrumentReturn, ...body },
  eventAt: closeOf(DAY - 30),
  knownAt: closeOf(DAY - 20),
  score: 1,
});

interface DeskOptions {
  readonly news?: readonly NewsItem[];
  readonly recall?: View['recall'];
  readonly drift?: number;
  readonly held?: boolean;
}

export function viewWith({ news = [], recall, drift = 0, held = true }: DeskOptions = {}): View {
  const window = bars(drift);
  const price = window[window.length - 1]!.close;
  const portfolio = account({ cashMinor: 5e6, day: DAY, holdings: held ? [{ symbol: SYMBOL, quantity: 1000, price }] : [] });
  const view = viewAt(DAY, { [SYMBOL]: window }, portfolio);
  return {
    ...view,
    news: ({ symbols, since = 0, limit = 100 }) =>
      news.filter((one) => one.knownAt >= since && (!symbols || symbols.some((symbol) => one.symbols.includes(symbol)))).slice(0, limit),
    ...(recall && { recall }),
  };
}

export interface Scripted {
  readonly models: Models;
  readonly asked: ChatRequest[];
}

/** `answer` gives a value of the form; undefined: the server is away. */
export function scripted(
  answer: (request: ChatRequest, role: string) => unknown,
  tiers: ModelPlan['models'] = { small: 'test/small', large: 'test/large' },
): Scripted {
  const rules = ruleModels();
  const asked: ChatRequest[] = [];
  const models: Models = {
    ...rules,
    plan: { ...rules.plan, models: tiers },
    async attempt(request) {
      asked.push(request);
      const value = answer(request, roleOf(request));
      if (value === undefined) return { ok: false, fault: new RecordedFailure(request.model, 'unavailable', 'away') };
      const checked = request.format?.check(value);
      const transcript = `t${asked.length}`;
      if (checked?.ok === false)
        return {
          ok: false,
          fault: new RecordedFailure(request.model, 'schema-mismatch', checked.says),
          transcript,
          used: { usage: { promptTokens: 100, completionTokens: 20 }, costMicroYuan: 50 },
        };
      return {
        ok: true,
        answer: {
          text: JSON.stringify(value),
          json: checked?.ok ? checked.value : value,
          doneReason: 'stop',
          usage: { promptTokens: 100, completionTokens: 20 },
          seconds: 0.1,
          costMicroYuan: 50,
          model: request.model,
          modelDigest: `digest-${request.model}`,
          by: 'model',
          served: 'live',
          transcript,
          notes: [],
        },
      };
    },
  };
  return { models, asked };
}

/** The role that a prompt is for, by its first words. */
export function roleOf({ messages }: ChatRequest): string {
  const head = messages[0]!.content;
  const known: readonly (readonly [RegExp, string])[] = [
    [/^You read news/, 'reader'],
    [/^You are the news analyst/, 'news'],
    [/^You are the analyst of fundamentals/, 'fundamentals'],
    [/^You are the analyst of sentiment/, 'sentiment'],
    [/^You are the market analyst/, 'market'],
    [/^You are the bull/, 'bull'],
    [/^You are the bear/, 'bear'],
    [/^You are the judge/, 'invest_judge'],
    [/^You are the trader/, 'trader'],
    [/lost by too much caution/, 'aggressive'],
    [/weigh what can be gained/, 'neutral'],
    [/You keep what is there/, 'conservative'],
    [/^You are the risk manager/, 'risk_manager'],
    [/^You decide about one share/, 'compact'],
  ];
  return known.find(([pattern]) => pattern.test(head))?.[1] ?? 'unknown';
}

export const isReader = (role: string): boolean => ['reader', 'news', 'fundamentals', 'sentiment'].includes(role);
export const textOf = ({ messages }: ChatRequest): string => messages.map(({ content }) => content).join('\n\n');

export const decisionOf = (action: string, more: object = {}) => ({
  action,
  confidence: 0.6,
  horizonSessions: 5,
  reasons: [{ evidence: 'B1', figure: null, says: 'as the prices say' }],
  wrongAt: null,
  ...more,
});

export const opinionOf = (direction: string) => ({ direction, confidence: 0.5, reasons: [] });

/** Something usable for every role but those that a test answers itself. */
export function usual(role: string, action = 'HOLD'): unknown {
  if (isReader(role)) return { items: [] };
  if (role === 'market' || role === 'invest_judge') return opinionOf('flat');
  if (role === 'bull' || role === 'bear') return { strength: 0.5, reasons: [{ evidence: 'B1', figure: null, says: `the ${role} speaks` }] };
  if (role === 'aggressive' || role === 'neutral' || role === 'conservative') return { action, confidence: 0.5, reasons: [] };
  return decisionOf(action);
}

export const settings = (more: Partial<RoomSettings> & { card?: RoomSettings['card'] } = {}): RoomSettings => ({
  card: loadCard('balanced'),
  routing: { ...loadRouting(), shadowShare: 0 },
  names: plainNames,
  ...more,
});

export const effectsOf = (models: Models) => ({ models, secret: 'test-secret', meter: memoryMeter() });
