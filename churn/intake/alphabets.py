"""What written languages look like, as far as it takes to tell encodings apart: their letters, the common ones first."""

import math
import unicodedata
from functools import cache

# Letters beyond a to z. The order is that of how often they are met, roughly; nothing more is asked of it.
_LATIN = {
    "German": "üäöß",
    "French": "éèàêçôîâûùëïœ",
    "Spanish": "óíáéñúü",
    "Portuguese": "ãçáéíóõêâúàôü",
    "Italian": "àèùòìé",
    "Catalan": "àéçóíèòúïü",
    "Dutch": "ëéïöüóè",
    "Swedish": "äåöé",
    "Danish": "øåæéö",
    "Icelandic": "áíðéóþöúæý",
    "Estonian": "äõüöšž",
    "Polish": "łąężóśćńź",
    "Czech": "íáéěřčšžýůúňóťď",
    "Slovak": "áíéčšžýľťúňôäďóĺŕ",
    "Hungarian": "áéöóőüíúű",
    "Romanian": "ăîâşţșț",
    "Croatian": "čšžćđ",
    "Turkish": "ıüşğçöiâî",
    "Latvian": "āīēšņūžļķčģ",
    "Lithuanian": "ėųšžąįūčę",
}
# Whole alphabets.
_OTHERS = {
    "Russian": "оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъё",
    "Ukrainian": "оанивітерслкдмупзяьбгчхйжцшюєїщфґ",
    "Bulgarian": "аоиентрсвлдкмпбгзъучящжцхшйюфь",
    "Serbian": "аоиенрстјвкудпмлзбгчшцхњжћљђфџ",
    "Arabic": "اليمونرتبةعدسفهكقأحجشصطخإضذثىغئءزظآؤ",
    "Persian": "اينردمهوتبسشكلزفقعخگجپحچصطآذضغثژظئءأؤة",
    "Georgian": "აიესრდლნმობვთგუკქხყშტზწცფპჯჩღჭძჟჰ",
    "Greek": "αοιετσνηυρπκμλςωγδθχφβξζψάόίέήύώ",
    "Hebrew": "יוהלארתבמשנעדקםחפטגסכזןצץףך",
}
_ONE_IN_SIXTY, _FOREIGN = math.log(60), math.log(0.003)


@cache
def weights() -> dict[str, dict[str, float]]:
    """For each language how much likelier each of its letters is than any sign, as a logarithm; see `FOREIGN` for the rest."""
    tables = {}
    for language, letters in (_LATIN | _OTHERS).items():
        raw = [1 / (rank + 1) if language in _LATIN else math.exp(-rank / 10) for rank in range(len(letters))]
        tables[language] = {letter: math.log(part / sum(raw)) + _ONE_IN_SIXTY for letter, part in zip(letters, raw, strict=True)}
    return tables


FOREIGN = _FOREIGN + _ONE_IN_SIXTY


@cache
def script(letter: str) -> str:
    """The script of a letter: LATIN, CYRILLIC, ARABIC ...; "" where it has no name."""
    return unicodedata.name(letter, "").partition(" ")[0]
