"""The reasons for leaving that the desk knows, and the words by which customers name them."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Mapping
from functools import cached_property

# By language: en, de, fr, es, ru, tr, fa. An alias that ends with * stands for all words that begin so.
KNOWN: dict[str, str] = {
    "felt unvalued": """
        felt unvalued; feel unvalued; unvalued; not valued; undervalued; unappreciated; indifferen*; ignored; felt like a number;
        attitude; attitude of support person; attitude of service provider; attitude of staff; rude; unfriendly; nobody cared;
        did not care; poor treatment
        nicht wertgeschatzt; keine wertschatzung; fehlende wertschatzung; mangelnde wertschatzung; unfreundlich*; unhoflich*;
        gleichgultig*
        pas considere; manque de consideration; peu de consideration; impoli*; desagreable*; indifference
        poco valorado; no valorado; falta de atencion; mala atencion; mal trato; indiferencia
        не ценят; не ценили; равнодуши*; грубост*; хамств*; невнимательн*
        degersiz; deger verilmedi; ilgisiz*; kaba; saygisiz*
        بی توجهی; بی احترامی; ارزش قائل; برخورد بد; رفتار بد
    """,
    "dissatisfied (low quality)": """
        dissatisfied (low quality); dissatisfied; dissatisfaction; product dissatisfaction; service dissatisfaction; unsatisfied;
        unhappy; quality; low quality; poor quality; bad quality; bad service; poor service; poor expertise;
        poor expertise of phone support; poor expertise of online support; poor support; bad support; support; reliability;
        network reliability; unreliable; slow; too slow; outage*; bug; bugs; feature; features; missing features; lack of features;
        limited range of services; lack of self service; faults; broken product; did not work
        unzufrieden*; schlechte qualitat; mangelnde qualitat; qualitat; schlechter service; fehlende funktionen; unzuverlassig*
        insatisf*; mecontent*; mauvaise qualite; qualite; manque de qualite; mauvais service; fonctionnalites manquantes; pannes
        insatisfech*; mala calidad; baja calidad; calidad; mal servicio; poca calidad; fallos
        не доволен; недовол*; низкое качество; плохое качество; качество; плохое обслуживание; плохой сервис
        memnun degil*; memnuniyetsiz*; dusuk kalite; kalitesiz*; kalite; kotu hizmet; kotu servis
        ناراضی; نارضایتی; کیفیت; کیفیت پایین; کیفیت بد; خدمات بد
    """,
    "poor communication": """
        poor communication; bad communication; lack of communication; no communication; communication; never called back; no reply;
        no answer
        schlechte kommunikation; mangelnde kommunikation; keine antwort; kommunikation; nicht erreichbar
        mauvaise communication; manque de communication; pas de reponse; injoignable*
        mala comunicacion; falta de comunicacion; comunicacion; sin respuesta
        плохая связь с менеджером; нет ответа; не отвечают; не перезвонили
        kotu iletisim; iletisim; iletisim eksikligi; cevap yok
        ارتباط ضعیف; نبود ارتباط; پاسخ نمی دهند; پاسخگو نبود*
    """,
    "price": """
        price; prices; pricing; price too high; too expensive; expensive; cost; costs; costly; too costly; high cost; fee; fees; budget;
        budget cuts; cannot afford; can t afford; afford; affordable; lack of affordable; charges; extra data charges;
        long distance charges; overpriced; too much money
        preis*; zu teuer; teuer; zu hoher preis; kosten; zu hohe kosten; gebuhren; kein budget
        prix; trop cher; trop chere; cher; chere; prix trop eleve; tarif*; cout; couts; trop couteux
        precio; precios; muy caro; demasiado caro; caro; cara; muy cara; costo; coste; tarifa*; presupuesto
        цена; цены; цене; дорого; слишком дорого; дорог*; высокая цена; стоимость; тариф*
        fiyat*; cok pahali; pahali; ucret; ucreti; ucretler; maliyet*; butce*
        قیمت; گران; خیلی گران; گرانی; هزینه; تعرفه; بودجه
    """,
    "needs changed": """
        needs changed; changed needs; no longer needed; no longer need; not needed; don t need; do not need; no need; not using;
        no longer used; project ended
        bedarf geandert; kein bedarf; nicht mehr benotigt; brauche ich nicht; brauchen wir nicht
        plus besoin; plus de besoin; besoins ont change; pas besoin; besoin change
        ya no lo necesito; no necesito; no lo necesito; ya no necesitamos; cambio de necesidades
        больше не нужно; не нужно; нет необходимости; нет потребности; потребности изменились
        ihtiyac kalmadi; ihtiyacim yok; artik gerek yok; ihtiyac degisti
        نیاز ندارم; نیازی نیست; دیگر نیاز ندارم; تغییر نیاز
    """,
    "competitor": """
        competitor; competitors; competition; competitor made better offer; competitor had better devices; competitor offered more data;
        competitor offered higher download speeds; switched to competitor; moved to a competitor; rival; moved to a rival; better offer;
        other provider; another provider; another supplier; switched provider; changed provider; other supplier
        konkurrenz; konkurrent; wettbewerber; mitbewerber; besseres angebot; anderer anbieter; anbieterwechsel; zur konkurrenz gewechselt
        concurren*; meilleure offre; autre fournisseur; change de fournisseur; autre operateur
        competencia; competidor; mejor oferta; otro proveedor; cambio de proveedor
        конкурент*; другой поставщик; другому поставщику; другой провайдер; другой оператор; лучшее предложение
        rakip; rakib*; rakip firma; baska firma; baska tedarikci; daha iyi teklif
        رقیب; رقبا; رقیب بهتر; پیشنهاد بهتر; شرکت دیگر
    """,
    "friend or relative elsewhere": """
        friend or relative elsewhere; friend; friends; relative; relatives; family member; friend works there
        freund; freunde; freundin; verwandte*; bekannter
        ami; amis; parent ailleurs
        amigo; amigos; amiga; pariente*
        друг; друзья; друзей; родственник*; знакомы*
        arkadas*; akraba*; tanidik*
        دوست; دوستان; فامیل; آشنا
    """,
    "promise broken": """
        promise broken; broken promise; broken promises; promises not kept; promise not kept; did not keep; not as promised; not as agreed
        versprechen nicht gehalten; versprechen gebrochen; nicht eingehalten; nicht wie versprochen
        promesse non tenue; promesses non tenues; promesse*; pas comme promis
        promesa incumplida; promesas incumplidas; no cumplieron; incumplimiento
        обещания не выполнены; не выполнили обещани*; обещани*; нарушили обещани*
        soz tutulmadi; sozunu tutmadi*; verilen soz*
        وعده; بدقولی; خلف وعده; عمل نکردن به قول
    """,
    "trust or respect lost": """
        trust or respect lost; lost trust; no trust; trust; lost respect; dishonest*; lied; lied to; misled; fraud; scam
        vertrauen; vertrauen verloren; kein vertrauen; respektlos*; betrug; belogen
        confiance; perte de confiance; plus confiance; manque de respect; mensonge*; arnaque
        confianza; perdida de confianza; falta de respeto; engano; enganado; estafa
        доверие; потеря доверия; не доверя*; обман*; неуважени*
        guven; guven kaybi; guvenmiyorum; guvensiz*; yalan; dolandirici*
        اعتماد; بی اعتمادی; از دست دادن اعتماد; دروغ; کلاهبرداری
    """,
    "new management or contact person left": """
        new management or contact person left; new management; new manager; management change; change of management; new owner; new boss;
        contact left; contact person left; contact person changed; account manager left; merger; acquired; acquisition
        neue geschaftsfuhrung; neue leitung; ansprechpartner*; ansprechpartner gewechselt; neuer chef; ubernahme
        nouvelle direction; changement de direction; nouveau directeur; interlocuteur parti; rachat
        nueva direccion; nueva gerencia; cambio de gerencia; nuevo director; cambio de contacto
        новое руководство; смена руководства; новый директор; смена менеджера; менеджер ушел
        yeni yonetim; yonetim degisikligi; yeni mudur; yetkili degisti
        مدیریت جدید; تغییر مدیریت; مدیر جدید; تغییر رابط
    """,
    "lost buying authority": """
        lost buying authority; buying authority; no authority; no longer decide; purchasing centralised; purchasing centralized;
        head office decides; not my decision
        keine befugnis; keine entscheidungsbefugnis; zentraler einkauf; zentrale entscheidet
        plus decideur; plus decisionnaire; achats centralises; siege decide
        sin autoridad; ya no decido; compras centralizadas
        нет полномочий; решает головной офис; закупки централизованы
        yetkim yok; yetki kalmadi; merkez karar veriyor
        اختیار خرید; اختیار ندارم
    """,
    "moved or stopped of own accord": """
        moved or stopped of own accord; moved; moved away; moving; relocated; relocation; retired; retirement; business closed;
        closed business; closing down; out of business; bankrupt*; insolven*; stopped trading
        umzug; umgezogen; weggezogen; ruhestand; rente; geschaftsaufgabe; betrieb aufgegeben; geschlossen; insolvenz
        demenage*; demenagement; retraite; fermeture; cessation d activite; faillite
        mudanza; me mude; nos mudamos; jubilacion; jubilado; cierre del negocio; quiebra
        переезд*; переехал*; пенси*; закрыли бизнес; закрытие; банкрот*
        tasindim; tasindik; tasinma; emekli*; isyeri kapandi; kapandi; iflas*
        اسباب کشی; جابجایی; نقل مکان; بازنشسته; تعطیلی; ورشکست*
    """,
    "died": """
        died; death; deceased; dead; passed away
        verstorben; gestorben; tod; todesfall
        decede; decedee; deces; mort
        fallecido; fallecida; fallecio; fallecimiento; muerte
        умер; умерла; смерть; скончал*
        vefat; vefat etti; olum
        فوت; درگذشت; مرگ; فوت شده
    """,
    "not stated": """
        not stated; unknown; don t know; do not know; no reason; no reason given; not known; not specified; unspecified;
        prefer not to say; no comment
        unbekannt; keine angabe; weiss nicht; ohne angabe; keine antwort gegeben
        inconnu; non precise; ne sait pas; sans reponse; sans raison
        desconocido; no sabe; no especificado; sin motivo
        неизвестно; не указано; не указана; не знаю; без причины
        bilinmiyor; belirtilmemis; bilmiyorum; sebep yok
        نامشخص; نمی دانم; ذکر نشده; بدون دلیل
    """,
}
_ONE_LETTER = str.maketrans({"ي": "ی", "ى": "ی", "ك": "ک", "ı": "i", "\u200c": " "})


def folded(text: str) -> str:
    """The form in which texts and aliases are compared: no case or accents, one space between words, no signs.

    >>> folded("  Trop CHER,  vraiment!"), folded("Don't know"), folded("Çok pahalı")
    ('trop cher vraiment', 'don t know', 'cok pahali')
    """
    plain = unicodedata.normalize("NFKD", text.translate(_ONE_LETTER)).casefold()
    bare = "".join(mark for mark in plain if not unicodedata.combining(mark))
    return " ".join(re.sub(r"[\W_]+", " ", bare).split())


class Aliases:
    """The words for reasons, ready to be looked for: the firm's `own` (alias -> reason) before the known ones, where both say the same.

    An alias is found where its words stand in the text one after the other, without regard to case, accents and signs; one that ends
    with * also where its last word only begins so. Of several, the longest is meant; of equally long ones the firm's own, then the one
    that stands first in the text. What the text says of it is not understood: "not the price" is price too.
    """

    def __init__(self, own: Mapping[str, str] | None = None, *, known: Mapping[str, str] = KNOWN) -> None:
        written = [(alias, reason) for reason, lines in known.items() for line in lines.splitlines() for alias in line.split(";")]
        self.own = {_key(alias): reason.strip() for alias, reason in (own or {}).items() if folded(alias) and reason.strip()}
        self._reasons = {_key(alias): reason for alias, reason in written if folded(alias)} | self.own

    def reason_of(self, text: str) -> str | None:
        """The reason that the text names; None where no alias stands in it.

        >>> Aliases().reason_of("Much too expensive"), Aliases().reason_of("pricey?"), Aliases({"pricey": "price"}).reason_of("Pricey!")
        ('price', None, 'price')
        """
        plain = folded(text)
        found = [
            (len(alias.rstrip("*")), alias in self.own, -place, self._reasons[alias])
            for place in (0, *(gap.end() for gap in re.finditer(" ", plain)))
            for alias in self._by_beginning.get(plain[place : place + 2], ())
            if _stands(alias, plain, place)
        ]
        return max(found)[-1] if found else None

    @cached_property
    def _by_beginning(self) -> dict[str, list[str]]:
        index = defaultdict(list)
        for alias in self._reasons:
            index[alias[:2]].append(alias)
        return index


def _key(alias: str) -> str:
    return folded(alias) + ("*" if alias.rstrip().endswith("*") else "")


def _stands(alias: str, text: str, place: int) -> bool:
    if alias.endswith("*"):
        return text.startswith(alias[:-1], place)
    end = place + len(alias)
    return text.startswith(alias, place) and (end == len(text) or text[end] == " ")
