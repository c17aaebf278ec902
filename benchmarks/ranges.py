"""How often the range of a score holds the true probability: made-up firms whose true probabilities are known, four of each size.

Prints the share of 2,000 new customers without gaps whose true probability lies in the range, and how wide the ranges are.

    python -m benchmarks.ranges [ROWS ...]
"""

import sys

import numpy as np

from churn import risk
from tests.made_up import firm_with_risk, labelled

SIZES, FIRMS, NEW = (200, 400, 1000, 4000), 4, 2000


def measured(rows: int, seed: int) -> tuple[float, float]:
    """Share of the true probabilities inside, and the median width, for a score learned from so many rows."""
    card = risk.train(labelled(rows, seed), id_column="customer_id")
    sheet, _lost, true = firm_with_risk(NEW, seed + 100)
    scores = risk.score(card, sheet)
    full = sheet.notna().all(axis=1).to_numpy()
    inside = (scores.low <= true) & (true <= scores.high)
    return float(inside[full].mean()), float(np.median((scores.high - scores.low)[full]))


def main(sizes: list[int]) -> None:
    """Prints a line a size."""
    for rows in sizes:
        shares, widths = zip(*(measured(rows, seed) for seed in range(FIRMS)), strict=True)
        each = ", ".join(f"{share:.0%}" for share in shares)
        print(f"{rows:5} rows: {np.mean(shares):.0%} inside ({each}); median width {100 * np.mean(widths):.0f} points", flush=True)


if __name__ == "__main__":
    main([int(argument) for argument in sys.argv[1:]] or list(SIZES))
