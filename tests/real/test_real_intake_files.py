"""Real and derived spreadsheets that break importers: each comes out as a grid of the right shape."""

from pathlib import Path

import pytest

from churn.intake.grid import Grid
from churn.intake.reading import read_grid
from churn.intake.results import Question, ReadOptions

DATA = Path(__file__).parents[3] / "shared" / "data"


def grid_of(path: str, **options: object) -> Grid | Question:
    file = DATA / path
    return read_grid(file.read_bytes(), file=file.name, options=ReadOptions(**options))


SHAPES = [
    # file, rows, columns, encoding, delimiter, and one cell: row, column, text
    ("ugly/TRUTH.csv", 401, 8, "utf-8", ",", (1, 0, "6296-DDOOR")),
    ("ugly/clientes_pj_latin1_semicolon.csv", 101, 15, "cp1252", ";", (0, 2, "Nível de preço")),
    ("ugly/clients_blankrows_unquoted.csv", 365, 13, "utf-8", ",", (4, 1, "Signal Gift Stores")),
    ("ugly/csv_named_customers.xls", 5631, 7, "utf-8", ",", (1, 0, "50001")),
    ("ugly/csv_named_orders.xls", 5631, 8, "utf-8", ",", (1, 4, "159.93")),
    ("ugly/de_kundenliste_cp1252.csv", 405, 7, "cp1252", ";", (5, 4, "116,60 €")),
    ("ugly/dim_customer_bom_emptycol.csv", 794, 4, "utf-8-sig", ",", (0, 0, "Customer ID")),
    ("ugly/fa_customers_cp1256.csv", 401, 6, "cp1256", ";", (1, 3, "يك\u200cساله")),
    ("ugly/kunden_semicolon_de.csv", 1105, 8, "utf-8", ";", (1, 7, "3. Quartal")),
    ("ugly/monatsabrechnung_euro_strings_de.csv", 418, 9, "utf-8", ",", (1, 6, "46,75 €")),
    ("ugly/utf16le_unicode_text.txt", 409, 7, "utf-16", "\t", (1, 5, "$1,045.25")),
    ("ugly/customer_call_list.xlsx", 22, 8, None, None, (4, 1, "Dwight")),
    ("ugly/fa_customers_rtl.xlsx", 405, 7, None, None, (4, 3, "یک\u200cساله")),
    ("ugly/ka_customers_merged_header.xlsx", 404, 7, None, None, (4, 1, "ქალი")),
    ("ugly/klienty_cyrillic.xlsx", 18485, 7, None, None, (4, 6, "Красноярск")),
    ("ugly/readxl_currency_formats.xlsx", 3, 4, None, None, (2, 1, "10000")),
    ("cdnow/CDNOW_master.txt", 69660, 4, "utf-8", None, (1, 3, "  11.77")),
    ("nps_supermarket_fr/nps.csv", 13955, 9, "cp1252", ",", (0, 5, "explication")),
]


@pytest.mark.parametrize(("path", "rows", "columns", "encoding", "delimiter", "cell"), SHAPES, ids=[path for path, *_ in SHAPES])
def test_a_file_comes_out_in_its_shape(path, rows, columns, encoding, delimiter, cell):
    grid = grid_of(path)
    assert isinstance(grid, Grid)
    assert (grid.rows, len(grid.columns), grid.encoding, grid.delimiter) == (rows, columns, encoding, delimiter)
    row, column, text = cell
    assert grid.columns[column].iloc[row] == text


def test_text_named_as_a_workbook_and_columns_at_places_are_noted():
    assert "named .xls but holds plain text" in grid_of("ugly/csv_named_customers.xls").notes[0]
    assert "constant places (2–6, 8–15, 17–18 and 20–26)" in grid_of("cdnow/CDNOW_master.txt").notes[0]


def test_bytes_of_another_encoding_are_counted():
    unreadable, odd = grid_of("nps_supermarket_fr/nps.csv").notes
    assert unreadable.startswith("10 cells (the first in row 1273) hold bytes that are not cp1252")
    assert odd.startswith("1,405 cells hold signs that make no sense in cp1252, as in 'l‚gumes'")


def test_merged_headers_are_told():
    assert grid_of("ugly/ka_customers_merged_header.xlsx").merged[:3] == ((0, 0, 0, 5), (2, 0, 2, 1), (2, 2, 2, 3))


@pytest.mark.parametrize(
    ("path", "choices"),
    [
        (
            "ugly/kpmg_sprocket_bikes.xlsx",
            ("Transactions", "CustomerDemographic", "CustomerAddress", "NewCustomerList", "Sheet1", "Title Sheet"),
        ),
        ("ugly/readxl_deaths_title_footer.xlsx", ("arts", "other")),
    ],
)
def test_of_several_sheets_the_fullest_is_offered_first(path, choices):
    question = grid_of(path)
    assert isinstance(question, Question)
    assert question.choices == choices
    assert all(isinstance(grid_of(path, sheet=sheet), Grid) for sheet in choices[:2])
