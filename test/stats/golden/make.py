"""Reference values of the statistics from empyrical, arch, scipy and a plain numpy CSCV.

python3 -m venv v && v/bin/pip install empyrical-reloaded==0.7.1 arch==8.0.0 scipy==1.17.1 numpy==2.4.6 pandas==3.1.1 bokeh-sampledata==2026.1
v/bin/python test/stats/golden/make.py     # writes figures.json, blocks.json and pbo.json beside this file
"""
import itertools
import json
import pathlib

import numpy as np
import pandas as pd
from arch.bootstrap import StationaryBootstrap, optimal_block_length
from bokeh_sampledata.stocks import AAPL, IBM
from scipy import stats

import empyrical

here = pathlib.Path(__file__).parent


def save(name, value):
    (here / name).write_text(json.dumps(value) + "\n")


# ---- figures: IBM against AAPL, adjusted closes of 2007-06 .. 2010-03
dates = pd.to_datetime(IBM["date"])
pick = (dates >= "2007-06-01") & (dates < "2010-03-01")
series = pd.DataFrame({"ibm": np.array(IBM["adj_close"])[pick], "aapl": np.array(AAPL["adj_close"])[pick]}, index=dates[pick])
r = series.pct_change().dropna()
ibm, aapl = r["ibm"], r["aapl"]
annual = dict(period="daily", annualization=252)
sharpe_block = max(optimal_block_length(x)["stationary"].iloc[0] for x in (ibm.values, (ibm.values - ibm.values.mean()) ** 2))
bootstrap = StationaryBootstrap(sharpe_block, ibm.values, seed=1)
low, high = bootstrap.conf_int(lambda x: x.mean() / x.std(ddof=1) * np.sqrt(252), reps=20000, method="percentile").ravel()
drawdown = empyrical.max_drawdown(ibm)
wealth = series["ibm"]
trough = (wealth / wealth.cummax() - 1).idxmin()
peak = wealth[:trough][wealth[:trough] == wealth[:trough].max()].index[-1]  # the last of equal peaks: there the fall began
back = wealth[trough:][wealth[trough:] >= wealth[peak]]
save(
    "figures.json",
    {
        "days": [int(d.timestamp() // 86400) for d in series.index],
        "ibm": series["ibm"].tolist(),
        "aapl": series["aapl"].tolist(),
        "expected": {
            "totalReturn": empyrical.cum_returns_final(ibm),
            "annualisedReturn": empyrical.annual_return(ibm, **annual),
            "volatilityAnnual": empyrical.annual_volatility(ibm, **annual),
            "sharpeAnnual": empyrical.sharpe_ratio(ibm, **annual),
            "sortinoAnnual": empyrical.sortino_ratio(ibm, **annual),
            "calmar": empyrical.calmar_ratio(ibm, **annual),
            "skew": stats.skew(ibm),
            "kurtosis": stats.kurtosis(ibm, fisher=False),
        },
        "drawdown": {
            "depth": -drawdown,
            "peakDate": str(peak.date()),
            "troughDate": str(trough.date()),
            "recoveryDate": str(back.index[0].date()) if len(back) else None,
        },
        "benchmark": {
            "beta": empyrical.beta(ibm, aapl),
            "informationRatioAnnual": empyrical.excess_sharpe(ibm, aapl) * np.sqrt(252),
            "trackingErrorAnnual": (ibm - aapl).std(ddof=1) * np.sqrt(252),
            "excessAnnualisedReturn": empyrical.annual_return(ibm, **annual) - empyrical.annual_return(aapl, **annual),
        },
        "years": {str(k): v for k, v in empyrical.aggregate_returns(ibm, "yearly").items()},
        "months": {f"{k[0]}-{k[1]:02d}": v for k, v in empyrical.aggregate_returns(ibm, "monthly").items()},
        "interval": {"meanBlockSessions": sharpe_block, "low": low, "high": high},
    },
)

# ---- automatic block lengths
rng = np.random.default_rng(3)
blocks = []
for n, phi in ((60, 0.0), (250, 0.3), (250, -0.4), (800, 0.7), (3200, 0.05), (500, 0.95)):
    x = np.zeros(n)
    for i, e in enumerate(rng.normal(size=n)):
        x[i] = phi * (x[i - 1] if i else 0) + e
    x = np.round(x, 4)
    blocks.append({"phi": phi, "x": x.tolist(), "stationary": float(optimal_block_length(x)["stationary"].iloc[0])})
save("blocks.json", blocks)

# ---- CSCV, S = 16, ranks with ties averaged, straight from the paper
def cscv(matrix, slices=16):
    rows = matrix.shape[0] // slices * slices
    parts = np.split(matrix[matrix.shape[0] - rows :], slices)
    below = total = 0
    for inside in itertools.combinations(range(slices), slices // 2):
        sample = np.concatenate([parts[i] for i in inside])
        rest = np.concatenate([parts[i] for i in range(slices) if i not in inside])
        best = np.argmax(sample.mean(0) / sample.std(0, ddof=1))
        rank = stats.rankdata(rest.mean(0) / rest.std(0, ddof=1))[best]
        omega = rank / (matrix.shape[1] + 1)
        below += np.log(omega / (1 - omega)) <= 0
        total += 1
    return below / total


cases = []
for rows, columns, edge in ((167, 10, 0.0), (167, 10, 0.25), (200, 11, 0.05)):
    matrix = rng.normal(size=(rows, columns))
    matrix[:, 3] += edge
    matrix = np.round(matrix, 3)
    cases.append({"columns": matrix.T.tolist(), "pbo": float(cscv(matrix))})
save("pbo.json", cases)

