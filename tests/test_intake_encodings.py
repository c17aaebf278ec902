"""Text in the encodings of many languages comes out as it was written, or is asked about, and is never turned into nonsense."""

import pytest

from churn.errors import IntakeError
from churn.intake.codepages import code_pages, decoded
from churn.intake.grid import Grid
from churn.intake.reading import read_grid
from churn.intake.results import Question, ReadOptions

PAGES = {page.name: page.signs for page in code_pages()}
TEXTS = {
    "Russian": "Имя;Город;Сумма\nИванов Пётр;Москва;5\nСидорова Анна;Санкт-Петербург;6\nКузнецов Олег;Екатеринбург;7\n",
    "Ukrainian": "Ім'я;Місто\nОлександр;Київ\nЄвген;Львів\nЇжак;Чернігів\n",
    "Bulgarian": "име;град\nГеорги;София\nИванка;Пловдив\nЦветан;Бургас\n",
    "Polish": "nazwa;miasto\nŁukasz;Łódź\nMałgorzata;Kraków\nŻaneta;Gdańsk\nKsiężyc;Wrocław\n",
    "Czech": "jméno;město\nJiří;Plzeň\nZdeněk;Ústí nad Labem\nBěla;České Budějovice\n",
    "Hungarian": "név;város\nGyörgy;Győr\nÁgnes;Szűcs\nKovács;Pécs\n",
    "Croatian": "ime;grad\nŽeljko;Šibenik\nĐurđa;Čakovec\nAnić;Požega\n",
    "Romanian": "nume;oraş\nIoană;Braşov\nŢepeş;Iaşi\nMânzat;Piteşti\n",
    "Turkish": "müşteri;şehir\nAyşe;İstanbul\nÇağrı;Eskişehir\nIşık;Muğla\n",
    "French": "prénom;ville\nRené;Orléans\nFrançois;Genève\nZoë;Nîmes\nDanièle;Besançon\n",
    "Spanish": "nombre;ciudad\nJosé;Málaga\nBegoña;Cádiz\nRamón;León\n",
    "Portuguese": "nome;cidade\nJoão;São Paulo\nConceição;Brasília\nMônica;Goiânia\n",
    "German": "Name;Straße\nMüller;Königsallee\nJäger;Bahnhofstraße 5\n",
    "German amounts": "Name;Betrag\nMüller;5,20 €\nJäger;7,10 €\n",
    "Swedish": "namn;stad\nÅsa;Malmö\nBjörn;Göteborg\nPär;Växjö\n",
    "Latvian": "vārds;pilsēta\nJānis;Rīga\nĒriks;Jūrmala\nŽanis;Cēsis\n",
    "Arabic": "الاسم;المدينة\nمحمد;القاهرة\nفاطمة;الرياض\nعلي;بغداد\n",
    "Georgian": "სახელი;ქალაქი\nგიორგი;თბილისი\nნინო;ბათუმი\nლუკა;ქუთაისი\n",
    "Greek": "όνομα;πόλη\nΓιώργος;Αθήνα\nΜαρία;Θεσσαλονίκη\n",
    "Hebrew": "שם;עיר\nדוד;ירושלים\nרחל;חיפה\n",
}
FAMILIES = {
    "Russian": "cp1251 koi8-r cp866 iso8859-5 mac_cyrillic",
    "Ukrainian": "cp1251 koi8-u mac_cyrillic",
    "Bulgarian": "cp1251 iso8859-5",
    "Polish": "cp1250 iso8859-2 cp852 mac_latin2",
    "Czech": "cp1250 iso8859-2 cp852",
    "Hungarian": "cp1250 iso8859-2 cp852",
    "Croatian": "cp1250 iso8859-2 cp852",
    "Romanian": "cp1250 iso8859-2",
    "Turkish": "cp1254 iso8859-9 cp857",
    "French": "cp1252 iso8859-1 cp850 cp437 mac_roman",
    "Spanish": "cp1252 iso8859-1 cp850 cp437 mac_roman",
    "Portuguese": "cp1252 iso8859-1 cp850 mac_roman",
    "German": "cp1252 iso8859-1 cp850 cp437 mac_roman",
    "German amounts": "cp1252 iso8859-15 mac_roman",
    "Swedish": "cp1252 iso8859-1 cp850 mac_roman",
    "Latvian": "cp1257",
    "Arabic": "cp1256 iso8859-6 cp720",
    "Georgian": "georgian-ps georgian-academy",
    "Greek": "cp1253 iso8859-7",
    "Hebrew": "cp1255",
}
CASES = [(language, encoding) for language, encodings in FAMILIES.items() for encoding in encodings.split()]


def grid_of(data: bytes, **options: object) -> Grid | Question:
    return read_grid(data, file="f.csv", options=ReadOptions(**options))


def text_of(grid: Grid) -> str:
    return "".join(";".join(row) + "\n" for row in zip(*grid.columns, strict=True))


def written(text: str, encoding: str) -> bytes:
    return bytes(PAGES[encoding].index(sign) for sign in text)


@pytest.mark.parametrize(("language", "encoding"), CASES)
def test_text_of_a_language_comes_out_as_it_was_written(language, encoding):
    grid = grid_of(written(TEXTS[language], encoding))
    assert isinstance(grid, Grid), grid
    assert text_of(grid) == TEXTS[language]
    assert grid.notes == ()


@pytest.mark.parametrize("name", ["georgian-ps", "Georgian_Academy"])
def test_georgian_encodings_that_python_lacks_can_be_named(name):
    data = written(TEXTS["Georgian"], name.lower().replace("_", "-"))
    assert text_of(grid_of(data, encoding=name)) == TEXTS["Georgian"]


def test_the_georgian_tables_are_those_of_the_c_library():
    academy, ps = (decoded(bytes(range(0xC0, 0xE7)), name) for name in ("georgian-academy", "georgian-ps"))
    assert academy == "".join(map(chr, range(0x10D0, 0x10F7)))
    assert (ps[:8], ps[14], ps[33:36]) == ("აბგდევზჱ", "ჲ", "ხჴჯ")


def test_the_euro_sign_tells_windows_encodings_apart():
    for text, encoding in (("Имя;Сумма\nПётр;5 €\nАнна;6 €\n", "cp1251"), ("Name;Betrag\nGünther;5 €\nBärbel;6 €\n", "cp1252")):
        grid = grid_of(text.encode(encoding))
        assert (grid.encoding, text_of(grid)) == (encoding, text)


def test_what_reads_alike_in_every_encoding_is_no_question():
    grid = grid_of("Stadt;n\nKöln;1\nMünchen;2\nDüsseldorf;3\nNürnberg;4\n".encode("cp1250"))
    assert grid.columns[0].tolist() == ["Stadt", "Köln", "München", "Düsseldorf", "Nürnberg"]


def test_what_could_be_two_languages_is_asked_with_an_example_and_can_be_said():
    data = "id;city\n1;Genève\n2;x\n".encode("cp1252")
    question = grid_of(data)
    assert isinstance(question, Question)
    assert question.option == "--encoding"
    assert "'Genève' (cp1252)" in question.text
    for choice in question.choices:
        assert grid_of(data, encoding=choice).columns[1].iloc[1] == decoded(data, choice).split("\n")[1].split(";")[1]


def test_a_few_broken_bytes_in_utf_8_are_counted_and_no_other_encoding():
    data = ("name;city\n" + "გიორგი;თბილისი\n" * 50).encode() + b"ni\xffno;\xe1\n"
    grid = grid_of(data)
    assert (grid.encoding, grid.columns[0].iloc[51]) == ("utf-8", "ni\ufffdno")
    assert grid.notes == ("2 cells (the first in row 52) hold bytes that are not utf-8; each is shown as \ufffd.",)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
@pytest.mark.parametrize("language", ["German", "Russian", "Georgian"])
def test_wide_encodings_are_known_without_a_mark(encoding, language):
    grid = grid_of(TEXTS[language].encode(encoding))
    assert (grid.encoding, text_of(grid)) == (encoding, TEXTS[language])


@pytest.mark.parametrize("name", ["rot13", "hex", "base64", "utf-99"])
def test_what_is_no_encoding_of_text_is_refused(name):
    with pytest.raises(IntakeError, match=f"there is no encoding called '{name}'"):
        grid_of(b"a;b\n1;2\n", encoding=name)
