/** Calls of Tushare Pro: one POST for every table, its errors told apart by their text, pages put together, rows by the returned fields. */
import { z } from 'zod';
import type { OutsidePolicy } from '../outside/contract.js';
import { BadAnswer, type OutsideError, RateLimited, Refused } from '../outside/errors.js';
import type { SourceContext } from './source.js';

export interface TushareSettings {
  readonly token: string;
  /** Default: the vendor's HTTPS address; plain HTTP would show the token to everyone on the way. */
  readonly url?: string;
  /** Calls a minute that the account's points allow. */
  readonly ratePerMinute?: number;
}

export const tusharePolicy = (settings: TushareSettings): OutsidePolicy => ({
  source: 'tushare',
  deadlineMs: 120_000,
  attemptTimeoutMs: 30_000,
  retries: 2,
  concurrency: 2,
  ratePerMinute: settings.ratePerMinute ?? 120,
  breaker: { failures: 8, cooldownMs: 60_000 },
});

const cell = z.union([z.string(), z.number(), z.null()]);
const answerSchema = z.looseObject({
  code: z.number(),
  msg: z.string().nullish(),
  data: z.looseObject({ fields: z.array(z.string()), items: z.array(z.array(cell)), has_more: z.boolean().nullish() }).nullish(),
});

/** One row by field name. */
export type Row = Readonly<Record<string, string | number | null>>;

/** 40203 is both a rate limit and a missing permission, so the text decides. `频率超限(1次/小时)` carries the limit itself. */
export function tushareError(code: number, message: string): OutsideError {
  const text = `code ${code}: ${message}`;
  if (/频率超限|最多访问/.test(message)) {
    const limit = /(\d+)次\/(分钟|小时|天)/.exec(message);
    const spanMs = limit ? { 分钟: 60_000, 小时: 3_600_000, 天: 86_400_000 }[limit[2] as '分钟' | '小时' | '天'] : undefined;
    return new RateLimited(
      'tushare',
      `${text}. Wait, or ask for fewer symbols a run.`,
      spanMs === undefined ? {} : { retryAfterMs: spanMs / Number(limit?.[1]) },
    );
  }
  if (code === 40101 || /token/i.test(message)) return new Refused('tushare', `${text}. Set tushareToken to your own token.`);
  if (code === 2002 || code === -2002 || /访问权限|没有权限/.test(message))
    return new Refused('tushare', `${text}. This table needs more points than the account has.`);
  return new BadAnswer('tushare', `${text}. Check the symbol and the span.`);
}

/** Rows that one answer can hold, by table; as many as that means that there are more. */
const CAPS: Readonly<Record<string, number>> = {
  daily: 6000,
  index_daily: 8000,
  stk_limit: 5800,
  suspend_d: 5000,
  dividend: 2000,
  fina_indicator: 100,
  news: 1500,
};

const PAGES_MAX = 100;

/** All rows of a table. `fields` must come back, in whatever order. Throws RateLimited, Refused, BadAnswer; the token is in none of them. */
export async function tushareRows(
  settings: TushareSettings,
  context: SourceContext,
  table: string,
  params: Readonly<Record<string, string>>,
  fields: readonly string[],
): Promise<Row[]> {
  const outside = context.outside(tusharePolicy(settings));
  const rows: Row[] = [];
  const cap = CAPS[table];
  const label = `${table} ${params.ts_code ?? params.index_code ?? params.start_date ?? ''}`.trim();
  for (let page = 0; page < PAGES_MAX; page++) {
    const body = JSON.stringify({
      api_name: table,
      token: settings.token,
      params: { ...params, ...(page === 0 ? {} : { offset: String(rows.length), limit: String(cap) }) },
      fields: fields.join(','),
    });
    const { items, more } = await outside.fetchJson(settings.url ?? 'https://api.tushare.pro', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
      label,
      ...(context.signal ? { signal: context.signal } : {}),
      read: (answer) => pageOf(answer, label, fields),
    });
    const before = rows.length;
    rows.push(...items);
    if (!(more || (cap !== undefined && items.length >= cap))) return rows;
    if (cap === undefined || items.length === 0)
      throw new BadAnswer(
        'tushare',
        `${label}: expected a whole answer, got one that was cut at ${rows.length} rows. Ask for a shorter span.`,
      );
    // A server that ignores the offset sends the first page again.
    if (page > 0 && JSON.stringify(items[0]) === JSON.stringify(rows[before - items.length]))
      throw new BadAnswer('tushare', `${label}: expected the next page, got the same one again. Ask for a shorter span.`);
  }
  throw new BadAnswer('tushare', `${label}: expected at most ${PAGES_MAX} pages, got more. Ask for a shorter span.`);
}

function pageOf(answer: unknown, label: string, fields: readonly string[]): { items: Row[]; more: boolean } {
  const parsed = answerSchema.safeParse(answer);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new BadAnswer(
      'tushare',
      `${label}: expected {code, msg, data: {fields, items}}, got a wrong ${issue?.path.join('.') || 'answer'}. Ask again later.`,
    );
  }
  const { code, msg, data } = parsed.data;
  if (code !== 0) throw tushareError(code, msg ?? '');
  if (!data) throw new BadAnswer('tushare', `${label}: expected data, got none with code 0. Ask again later.`);
  const lacking = fields.filter((field) => !data.fields.includes(field));
  if (lacking.length > 0)
    throw new BadAnswer(
      'tushare',
      `${label}: expected the columns ${fields.join(', ')}, got none named ${lacking.join(', ')}. The table has changed.`,
    );
  const items = data.items.map((values) => {
    if (values.length !== data.fields.length)
      throw new BadAnswer('tushare', `${label}: expected ${data.fields.length} cells a row, got ${values.length}. Ask again later.`);
    return Object.fromEntries(data.fields.map((field, at) => [field, values[at] ?? null]));
  });
  return { items, more: data.has_more === true };
}

/** A cell as a number; null stays null. Throws BadAnswer on text that is none. */
export function numberIn(row: Row, field: string, table: string): number | null {
  const value = row[field];
  if (value === null || value === undefined || value === '') return null;
  const number = typeof value === 'number' ? value : Number(value);
  if (!Number.isFinite(number))
    throw new BadAnswer('tushare', `${table}: expected a number in ${field}, got ${JSON.stringify(value)}. Ask again later.`);
  return number;
}
