"""Charts of money: what lists of calls of every length bring."""

from churn import wording
from churn.charts import look
from churn.charts.look import DOWN, OURS, QUOTED, UP, Chart
from churn.money import CallList, Calls
from churn.wording import _, listing


def money_by_calls(found: CallList, *, calls: int, currency: str | None = None) -> Chart:
    """Money by the number of customers contacted, the best number and the chosen number of `calls` marked."""
    curve, chosen = found.curve, found.at(calls)
    figure = look.blank(320)
    hover = [_hover(Calls(*row), currency) for row in curve[["calls", "caught", "wasted", "money"]].itertuples(index=False)]
    figure.add_scatter(x=curve["calls"], y=curve["money"], mode="lines", line={"color": OURS, "width": 2.5}, **look.told(hover))
    figure.add_hline(y=0, line_color=QUOTED, line_width=1)
    look.line_at(figure, found.best.calls, _("best {calls}").format(calls=wording.number(found.best.calls)))
    figure.add_scatter(
        x=[chosen.calls],
        y=[chosen.money],
        mode="markers",
        marker={"color": DOWN if chosen.money >= 0 else UP, "size": 12},
        **look.told([_hover(chosen, currency)]),
    )
    figure.update_xaxes(title_text=_("customers contacted"), range=[0, max(1, found.customers)], nticks=6, tickformat=",")
    figure.update_yaxes(title_text=_("money"), nticks=6, tickformat=",")
    text = _("Money by customers contacted. Best: {best}. Chosen: {chosen}.")
    told = text.format(best=listing(_told(found.best, currency)), chosen=listing(_told(chosen, currency)))
    names = {"calls": _("Contacted"), "caught": _("Who would leave"), "wasted": _("Who would stay"), "money": _("Money")}
    return Chart(figure, told, curve[list(names)].rename(columns=names))


def _hover(row: Calls, currency: str | None) -> str:
    return "<br>".join(look.name(line) for line in _told(row, currency))


def _told(row: Calls, currency: str | None) -> list[str]:
    return [
        _("{calls} contacted").format(calls=wording.number(row.calls)),
        _("{caught} who would leave").format(caught=wording.number(row.caught)),
        _("{wasted} who would stay").format(wasted=wording.number(row.wasted)),
        _("{money} in all").format(money=wording.money(row.money, currency)),
    ]
