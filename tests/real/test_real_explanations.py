"""The closed form against TreeExplainer on real tables, the whole population as background."""

from pathlib import Path

import numpy as np
import pytest
import shap

from churn.intake import ReadOptions, read
from churn.risk.labelled import Labelled
from churn.risk.points import centred, explain, joint_means
from churn.risk.trees import grow, ranked, tables_of

DATA = Path(__file__).parents[3] / "shared" / "data"
FILES = {
    "telco_ibm/Telco-Customer-Churn.csv": None,
    "bank_churn_modelling/Churn_Modelling.csv": None,
    "ecommerce_churn/E Commerce Dataset.xlsx": "E Comm",
}
EXPLAINED = 25


@pytest.mark.timeout(900)
@pytest.mark.parametrize("file", FILES)
def test_the_closed_form_agrees_with_tree_explainer(file):
    path = DATA / file
    intake = read(path.read_bytes(), file=path.name, options=ReadOptions(sheet=FILES[file])).settled()
    table = Labelled(intake.frame, id_column=intake.id_column, label=None, lost=None)
    bins = table.bins()
    codes = table.codes(bins)
    bag = grow(None, bins, codes, table.lost, codes[:20], table.lost[:20], "two", 0)
    model = centred(tables_of(bag, bins, trees=100), tuple(cut.counts / len(codes) for cut in bins))
    joint = joint_means(model, codes, tuple(np.ones(cut.size, dtype=bool) for cut in bins))
    rows = np.sort(np.random.default_rng(0).choice(len(codes), EXPLAINED, replace=False))
    explained = explain(model, joint, codes[rows])
    values = ranked(codes, bag.ranks)
    referee = shap.TreeExplainer(bag.model, data=shap.maskers.Independent(values, max_samples=len(values)))(values[rows])
    np.testing.assert_allclose(explained.contributions, referee.values, atol=1e-6)
    np.testing.assert_allclose(explained.base, referee.base_values, atol=1e-6)
