import { expect, test } from 'vitest';
import { dateOf } from '../../lib/core/index.js';
import { loadBars } from '../../lib/feeds/index.js';

// The files are made by test/feeds/golden/make-parquet.py (pyarrow 21.0.0).
const at = (name: string) => `test/feeds/golden/${name}`;

test.each(['snappy-date32.parquet', 'zstd-timestamp.parquet'])('%s: compressed, several row groups, two symbols', (name) => {
  const data = loadBars(at(name));
  const bank = data.series.get('000001.SZ')!;
  expect([...bank.day].map(dateOf)).toEqual(['2024-01-02', '2024-01-03', '2024-01-04']);
  expect([[...bank.open], [...bank.high], [...bank.low], [...bank.close], [...bank.volume]]).toEqual([
    [939, 919, 919],
    [942, 922, 920],
    [921, 915, 905],
    [921, 920, 911],
    [115_836_600, 73_361_000, 86_462_700],
  ]);
  expect(data.series.get('600519.SH')!.close[0]).toBe(168_501);
  expect(data.mappings[0]).toMatchObject({ format: 'parquet', bars: 4 });
});

test('a column that is not used is named, a NaN is refused with its row', () => {
  expect(loadBars(at('zstd-timestamp.parquet')).mappings[0]!.ignored).toEqual(['涨跌幅']);
  expect(() => loadBars(at('000001.SZ.parquet'))).toThrow(/000001.SZ.parquet line 2: not-a-number: close/);
  expect(loadBars(at('000001.SZ.parquet'), { onBadRow: 'skip' }).skipped).toEqual({ 'not-a-number': 1 });
});
