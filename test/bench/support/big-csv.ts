/** A large CSV of made-up A-share daily bars on real sessions, by symbol, for the import benchmark. */

import { openDuckdb, sqlText } from '../../../lib/feeds/store/duckdb.js';
import { calendarOf } from '../../../lib/market/index.js';

/** Writes `symbols` x `sessions` rows (about 67 bytes each) and gives their number. */
export async function writeBigCsv(path: string, symbols: number, sessions: number): Promise<number> {
  const { sessions: days } = calendarOf('cn-a');
  const from = calendarOf('cn-a').indexAtOrAfter(14_613);
  const { connection, close } = await openDuckdb();
  try {
    await connection.run('CREATE TEMP TABLE days (d INTEGER, day INTEGER)');
    const appender = await connection.createAppender('days');
    for (let i = 0; i < sessions; i++) {
      appender.appendInteger(i);
      appender.appendInteger(days[from + i] as number);
      appender.endRow();
    }
    appender.closeSync();
    const code = `(CASE WHEN s < 2000 THEN 600000 + s ELSE 601000 + s END)::VARCHAR || '.SH'`;
    const mid = '(10 + ((s * 7 + d) % 97) * 0.13)';
    const volume = '(1000000 + (d * 7919 + s * 31) % 9000000)';
    await connection.run(
      `COPY (SELECT strftime(DATE '1970-01-01' + day, '%Y-%m-%d') AS date, ${code} AS symbol, round(${mid}, 2) AS open, round(${mid} + 0.4, 2) AS high,
        round(${mid} - 0.3, 2) AS low, round(${mid} + 0.1, 2) AS close, ${volume} AS volume, round(${volume} * (${mid} + 0.05), 2) AS amount
        FROM range(${symbols}) a(s), days ORDER BY s, d) TO ${sqlText(path)} (FORMAT csv, HEADER)`,
    );
    return symbols * sessions;
  } finally {
    close();
  }
}
