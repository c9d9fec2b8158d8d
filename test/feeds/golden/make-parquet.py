"""Writes the Parquet files beside this one with pyarrow 21.0.0: pip install pyarrow==21.0.0 && python3 test/feeds/golden/make-parquet.py"""
from datetime import date, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

HERE = Path(__file__).resolve().parent
prices = {
    "open": [9.39, 9.19, 9.19, 1700.0],
    "high": [9.42, 9.22, 9.20, 1718.0],
    "low": [9.21, 9.15, 9.05, 1678.0],
    "close": [9.21, 9.20, 9.11, 1685.01],
}
symbols = ["000001.SZ", "000001.SZ", "000001.SZ", "600519.SH"]
volume = pa.array([115836600, 73361000, 86462700, 3215644], pa.int64())
days = [date(2024, 1, 2), date(2024, 1, 3), date(2024, 1, 4), date(2024, 1, 2)]
pq.write_table(pa.table({"symbol": symbols, "date": pa.array(days, pa.date32()), **prices, "volume": volume}),
               HERE / "snappy-date32.parquet", compression="snappy", row_group_size=2)
stamps = pa.array([datetime(d.year, d.month, d.day) for d in days], pa.timestamp("ns"))
pq.write_table(pa.table({"日期": stamps, "代码": symbols, "开盘": prices["open"], "最高": prices["high"], "最低": prices["low"], "收盘": prices["close"],
                         "成交量": volume, "涨跌幅": [None, -0.1, None, 0.2]}), HERE / "zstd-timestamp.parquet", compression="zstd")
broken = {name: values[:2] for name, values in prices.items()} | {"close": [9.21, float("nan")]}
pq.write_table(pa.table({"date": pa.array(["2024-01-02", "2024-01-03"]), **broken, "volume": pa.array([1, 2], pa.int32())}),
               HERE / "000001.SZ.parquet", compression="none")
