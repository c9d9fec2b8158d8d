/** Calls of AKShare through AKTools' HTTP server: bare arrays with Chinese keys, errors told apart by status and text. */
import { z } from 'zod';
import type { OutsidePolicy } from '../outside/contract.js';
import { BadAnswer, type OutsideError, Unavailable } from '../outside/errors.js';
import { UnsupportedQuery } from './errors.js';
import type { SourceContext } from './source.js';

export interface AktoolsSettings {
  /** Default http://127.0.0.1:8080. The server evaluates what it is sent: keep it on the loopback. */
  readonly url?: string;
  readonly ratePerMinute?: number;
}

/** One worker and long pauses: the sites behind it ban addresses that ask often, for hours or days. */
export const aktoolsPolicy = (settings: AktoolsSettings): OutsidePolicy => ({
  source: 'akshare',
  deadlineMs: 180_000,
  attemptTimeoutMs: 60_000,
  retries: 1,
  concurrency: 1,
  ratePerMinute: settings.ratePerMinute ?? 10,
  breaker: { failures: 3, cooldownMs: 600_000 },
});

const tableSchema = z.array(z.record(z.string(), z.unknown()));
export type AkRow = Readonly<Record<string, unknown>>;

/** The server builds Python source out of the query text: only letters, digits and a little punctuation may pass. */
const HARMLESS = /^[A-Za-z0-9 :_.\-\u4e00-\u9fff]*$/;

class Nothing extends BadAnswer {}

function statusError(label: string, status: number, body: string): OutsideError | undefined {
  if (status === 404 && body.includes('返回数据为空')) return new Nothing('akshare', `${label}: no data`, { status, body });
  if (status === 404 && body.includes('未找到该接口'))
    return new BadAnswer('akshare', `${label}: expected a function that this AKShare has, got none of that name. Update akshare.`, {
      status,
      body,
    });
  if (status === 404 && body.includes('请输入正确的参数'))
    return new BadAnswer(
      'akshare',
      `${label}: expected known parameters, got a refusal (the site behind it may have changed). Update akshare.`,
      { status, body },
    );
  if (status === 500)
    return new Unavailable(
      'akshare',
      `${label}: Internal Server Error: a ban, a time-out or an unknown parameter. Wait some hours, or take another source.`,
      { status, body },
    );
  return undefined;
}

/** Rows of an AKShare function with at least `columns`; [] when it has no data. */
export async function akRows(
  settings: AktoolsSettings,
  context: SourceContext,
  name: string,
  params: Readonly<Record<string, string>>,
  columns: readonly string[],
): Promise<readonly AkRow[]> {
  const url = new URL(`/api/public/${name}`, settings.url ?? 'http://127.0.0.1:8080');
  for (const [key, value] of Object.entries(params)) {
    if (!HARMLESS.test(value))
      throw new UnsupportedQuery(`akshare: expected letters, digits and . : _ - in ${key}, got ${JSON.stringify(value)}. Correct it.`);
    url.searchParams.set(key, value);
  }
  const label = `${name} ${params.symbol ?? ''}`.trim();
  try {
    return await context.outside(aktoolsPolicy(settings)).fetchJson(url, {
      label,
      ...(context.signal ? { signal: context.signal } : {}),
      onStatus: (status, body) => statusError(label, status, body),
      read: (answer) => {
        const parsed = tableSchema.safeParse(answer);
        if (!parsed.success)
          throw new BadAnswer('akshare', `${label}: expected an array of rows, got something else. Check the address of AKTools.`);
        const first = parsed.data[0];
        const lacking = first === undefined ? [] : columns.filter((column) => !(column in first));
        if (lacking.length > 0)
          throw new BadAnswer(
            'akshare',
            `${label}: expected the columns ${columns.join(', ')}, got none named ${lacking.join(', ')}. Update akshare.`,
          );
        return parsed.data;
      },
    });
  } catch (error) {
    if (error instanceof Nothing) return [];
    throw error;
  }
}

/** A cell as a number: null and `-` are null. */
export function akNumber(row: AkRow, column: string, name: string): number | null {
  const value = row[column];
  if (value === null || value === undefined || value === '' || value === '-') return null;
  const number = typeof value === 'number' ? value : Number(value);
  if (!Number.isFinite(number))
    throw new BadAnswer('akshare', `${name}: expected a number in ${column}, got ${JSON.stringify(value)}. Ask again later.`);
  return number;
}

/** A date cell: its first ten characters. It has no zone, so it is never read as an instant. */
export const akDate = (row: AkRow, column: string): string => String(row[column] ?? '').slice(0, 10);
