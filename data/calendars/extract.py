"""Writes cn-a.csv and us.csv beside this file from two packages of the Python Package Index, and checks them against each other.

    python3 -m venv /some/venv
    /some/venv/bin/pip install akshare==1.19.5 --no-deps
    /some/venv/bin/pip install exchange_calendars==4.13.2
    /some/venv/bin/python data/calendars/extract.py

akshare (MIT) is used as a file only (its calendar.json), so its dependencies are not needed.
"""
import json
import sys
from datetime import date
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

import exchange_calendars

HERE = Path(__file__).resolve().parent
EXPECTED = {"akshare": "1.19.5", "exchange_calendars": "4.13.2"}
for package, wanted in EXPECTED.items():
    if version(package) != wanted:
        sys.exit(f"extract: expected {package} {wanted}, got {version(package)}. Install the version named above.")

# A shares. find_spec does not import akshare.
folder = Path(find_spec("akshare").submodule_search_locations[0])
days = sorted(json.loads((folder / "file_fold" / "calendar.json").read_text()))
ours = [date(int(d[:4]), int(d[4:6]), int(d[6:])) for d in (str(d).replace("-", "") for d in days)]
shanghai = exchange_calendars.get_calendar("XSHG", start=ours[0].isoformat(), end=ours[-1].isoformat())
theirs = [d.date() for d in shanghai.sessions]
if ours != theirs:
    sys.exit(f"extract: the two A-share calendars part: {sorted(set(ours) ^ set(theirs))[:20]}")
(HERE / "cn-a.csv").write_text("date\n" + "".join(f"{d}\n" for d in ours))

# New York. `close` holds HH:MM of an early close and is empty on an ordinary day (16:00).
york = exchange_calendars.get_calendar("XNYS", start="1990-01-01", end="2027-12-31")
rows = []
for session, close in york.closes.items():
    at = close.tz_localize("UTC") if close.tzinfo is None else close
    wall = at.tz_convert("America/New_York").strftime("%H:%M")
    rows.append(f"{session.date()},{'' if wall == '16:00' else wall}\n")
(HERE / "us.csv").write_text("date,close\n" + "".join(rows))

print(f"cn-a {ours[0]}..{ours[-1]} {len(ours)} sessions, agrees with exchange_calendars XSHG")
print(f"us {rows[0].strip()} .. {rows[-1].strip()} {len(rows)} sessions, {sum(not r.endswith(',' + chr(10)) for r in rows)} early closes")
