"""Small tables in every encoding that newsrooms' disks hold: read as they were written, or refused, never garbled.

A corpus of short texts, each labelled with its language and written in each encoding of that language.
"""

import json
from collections.abc import Iterator

import pytest

from claims.imports.reading.formats import json_rows, tables
from claims.imports.reading.formats.delimited_text import detect_encoding
from claims.imports.reading.raw_record import Refusal
from tests.helpers.import_files import codes, fields, file_of, reading
from tests.helpers.sweeps import sweep

CORPUS: dict[str, tuple[list[str], list[str]]] = {
    "de": (
        ["cp1252", "iso-8859-1", "iso-8859-15"],
        [
            "Für die Brücke zahlen Schüler künftig mehr.",
            "Das Café schließt um fünf Uhr.",
            "Der Bürgermeister lügt über die Müllgebühren.",
        ],
    ),
    "fr": (
        ["cp1252", "iso-8859-1", "iso-8859-15"],
        [
            "Le café est fermé à Paris.",
            "La mairie a déjà vendu l'école.",
            "Les élèves n'ont pas reçu de repas à midi.",
        ],
    ),
    "es": (
        ["cp1252", "iso-8859-1"],
        [
            "El puente costó treinta millones.",
            "El niño no murió por la vacuna.",
            "¿Cuántos años tiene el presidente?",
        ],
    ),
    "pt": (
        ["cp1252", "iso-8859-1"],
        [
            "A balsa não navega há três invernos.",
            "A vacinação não é obrigatória.",
            "O ministro mentiu sobre a inflação.",
        ],
    ),
    "it": (
        ["cp1252", "iso-8859-1"],
        ["Il sindaco non può più votare.", "La città è senza acqua.", "Perché il caffè costa di più?"],
    ),
    "sv": (
        ["cp1252", "iso-8859-1"],
        ["Färjan går inte längre på vintern.", "Skolan är stängd i år.", "Älgen åt upp hälften av skörden."],
    ),
    "da": (["cp1252"], ["Færgen sejler ikke længere om vinteren.", "Skolen på øen er lukket."]),
    "no": (["cp1252"], ["Fergen går ikke lenger om vinteren på øya.", "Været ble dårligere i år."]),
    "fi": (["cp1252"], ["Lautta ei kulje enää talvella Töölöön.", "Järvi jäätyi jo syyskuussa."]),
    "nl": (
        ["cp1252"],
        [
            "De coördinator heeft geen geld gekregen voor de reünie.",
            "Eén op de vijf leerlingen komt te laat, zei hij à la minute.",
        ],
    ),
    "is": (["cp1252"], ["Ferjan siglir ekki lengur á veturna.", "Það er ekki satt að skólinn sé lokaður."]),
    "en": (
        ["cp1252"],
        ["The café on “Main Street” isn’t closed – yet.", "He paid £20 for a naïve painting."],
    ),
    "pl": (
        ["cp1250", "iso-8859-2"],
        [
            "Prom nie kursuje już zimą, mówi burmistrz.",
            "Szczepionka nie zmieniła wyników badań.",
            "Żółw zjadł połowę kapusty, twierdzą sąsiedzi.",
        ],
    ),
    "cs": (
        ["cp1250", "iso-8859-2"],
        [
            "Trajekt už v zimě nepluje.",
            "Starosta říká, že škola je zavřená.",
            "Příliš žluťoučký kůň úpěl ďábelské ódy.",
        ],
    ),
    "sk": (["cp1250"], ["Trajekt už v zime nepláva, tvrdí starosta.", "Škola je zatvorená už tri týždne."]),
    "hu": (
        ["cp1250", "iso-8859-2"],
        [
            "A komp télen már nem közlekedik.",
            "Az iskola három hete zárva van, és nincs fűtés.",
            "Őszintén szólva nem igaz, hogy a híd összedőlt.",
        ],
    ),
    "ro": (
        ["cp1250", "iso-8859-2"],
        ["Feribotul nu mai circulă iarna, spune primarul.", "Şcoala este închisă de trei săptămâni."],
    ),
    "hr": (
        ["cp1250"],
        ["Trajekt više ne plovi zimi, kaže načelnik općine.", "Škola je zatvorena već tri tjedna."],
    ),
    "sl": (["cp1250"], ["Trajekt pozimi ne vozi več, pravi župan.", "Šola je že tri tedne zaprta."]),
    "tr": (
        ["cp1254", "iso-8859-9"],
        [
            "Köprünün yapımı dokuz yıl sürdü.",
            "Başkan aşıların yasak olduğunu söyledi.",
            "Işık hızı değişti mi?",
        ],
    ),
    "lt": (
        ["cp1257"],
        ["Keltas žiemą nebeplaukia, sako meras.", "Mokykla uždaryta jau tris savaites, nes nėra šildymo."],
    ),
    "lv": (["cp1257"], ["Prāmis ziemā vairs nekursē, saka mērs.", "Skola ir slēgta jau trīs nedēļas."]),
    "et": (
        ["cp1257", "cp1252"],
        ["Praam ei sõida enam talvel.", "Kool on juba kolm nädalat suletud, väidab ämm."],
    ),
    "ru": (
        ["cp1251", "koi8-r", "iso-8859-5"],
        [
            "Паром не ходит уже три зимы.",
            "Мэр заявил, что школа закрыта.",
            "Вакцина не изменяет состав крови.",
        ],
    ),
    "uk": (
        ["cp1251", "koi8-u"],
        ["Пором не ходить уже три зими, каже міський голова.", "Школу закрили ще три тижні тому."],
    ),
    "bg": (["cp1251"], ["Фериботът не плава вече три зими.", "Кметът каза, че училището е затворено."]),
    "el": (
        ["cp1253", "iso-8859-7"],
        ["Το πλοίο δεν ταξιδεύει πια τον χειμώνα.", "Ο δήμαρχος είπε ότι το σχολείο έκλεισε."],
    ),
    "he": (["cp1255", "iso-8859-8"], ["המעבורת לא מפליגה כבר שלושה חורפים.", "ראש העיר אמר שבית הספר סגור."]),
    "ar": (
        ["cp1256", "iso-8859-6"],
        ["خسر الميناء خطين من خطوط العبارات منذ عام.", "قال رئيس البلدية إن المدرسة مغلقة."],
    ),
    "fa": (["cp1256"], ["شهردار گفت که مدرسه سه هفته است تعطيل شده.", "پل در نه سال ساخته شد."]),
    "th": (["cp874", "tis-620"], ["เรือเฟอร์รี่ไม่วิ่งมาสามปีแล้ว", "นายกเทศมนตรีบอกว่าโรงเรียนปิด"]),
    "vi": (["cp1258"], []),
    "ja": (
        ["shift_jis", "cp932", "euc_jp"],
        ["港は昨年、三隻の船を売却した。", "市長は学校が閉鎖されたと述べた。"],
    ),
    "zh": (["gb18030", "gbk"], ["港口去年处理了四百二十万吨货物。", "市长说学校已经关闭了三个星期。"]),
    "zh-tw": (["big5"], ["港口去年處理了四百二十萬噸貨物。", "市長說學校已經關閉了三個星期。"]),
    "ko": (["euc-kr", "cp949"], ["항구는 작년에 배 세 척을 팔았다.", "시장은 학교가 문을 닫았다고 말했다."]),
}

UNICODE = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]


def samples(texts: list[str]) -> Iterator[list[str]]:
    """One text alone, all together, and more of them than a detector needs."""
    yield from ([text] for text in texts[:2])
    yield texts
    yield texts * 4


def table(texts: list[str]) -> str:
    return "claim,rating,date\n" + "".join(f'"{text}",False,2023-01-02\n' for text in texts)


@sweep(
    "language, encoding",
    [(language, one) for language, (encodings, _) in CORPUS.items() for one in encodings],
)
def test_encoding_of_a_small_table_is_reported(language: str, encoding: str) -> None:
    for texts in samples(CORPUS[language][1]):
        content = table(texts).encode(encoding)
        assert content.decode(detect_encoding(content)) == table(texts)


@sweep("encoding", UNICODE)
@sweep("language", CORPUS)
def test_unicode_is_reported_with_and_without_a_mark(language: str, encoding: str) -> None:
    content = table(CORPUS[language][1]).encode(encoding)
    assert content.decode(detect_encoding(content)).lstrip("\ufeff") == table(CORPUS[language][1])


#: Texts that no corpus above has.
OTHERS = [
    ("Zürich lässt Bäume fällen, heißt es. Señor Núñez war dabei. Même à Genève.", "cp1252"),
    ("L’hôpital a été évacué à cause d’un incendie", "cp1252"),
    ("São Paulo não tem mais água, diz o prefeito", "cp1252"),
    ("Většina nemocnic údajně odmítá nové pacienty", "cp1250"),
    ("Większość szpitali odmawia przyjęć", "cp1250"),
    ("Hastanelerin çoğu yeni hasta kabul etmiyor", "cp1254"),
    ("Большинство больниц не принимает пациентов", "koi8-r"),
    ("Τα περισσότερα νοσοκομεία δεν δέχονται ασθενείς", "cp1253"),
    ("معظم المستشفيات ترفض استقبال المرضى", "cp1256"),
    ("רוב בתי החולים מסרבים לקבל חולים", "cp1255"),
    ("病院の大半が患者の受け入れを拒否している", "shift_jis"),
    ("大多数医院拒绝接收病人", "gb18030"),
    ("大多數醫院拒絕接收病人", "big5"),
    ("대부분의 병원이 환자를 거부하고 있다", "euc-kr"),
]


@sweep("text, encoding", OTHERS)
def test_texts_that_it_was_not_made_with(text: str, encoding: str) -> None:
    content = table([text]).encode(encoding)
    assert content.decode(detect_encoding(content)) == table([text])


def test_encodings_other_than_utf_8_are_reported() -> None:
    for reader, content in (
        (tables, table(["Le café est fermé à Paris."]).encode("cp1252")),
        (
            json_rows,
            json.dumps([{"claim": "Le café est fermé à Paris."}], ensure_ascii=False).encode("cp1252"),
        ),
    ):
        file, notes = file_of(content), list[str]()
        file.note = notes.append
        settings = reader.recognise(file) or {}
        results = list(reader.read(file, settings))
        assert fields(results)[0]["statement"] == "Le café est fermé à Paris."
        assert "The file is not in UTF-8: it was read as cp1252." in notes


class TestMixed:
    WESTERN = "Le café est fermé à Paris.,False\n".encode("cp1252")
    UTF_8 = "L’école est déjà vendue.,False\n".encode()

    def test_few_rows_in_utf_8_are_refused(self) -> None:
        results = reading(tables, b"claim,rating\n" + self.WESTERN * 20 + self.UTF_8 + self.WESTERN)
        assert [one["statement"] for one in fields(results)] == ["Le café est fermé à Paris."] * 21
        (refusal,) = [one for one in results if isinstance(one, Refusal)]
        assert (refusal.location.position, refusal.code) == ("row 22", "mixed encodings")

    @pytest.mark.parametrize("western", [1, 2, 4])
    def test_otherwise_those_that_are_not(self, western: int) -> None:
        results = reading(tables, b"claim,rating\n" + self.WESTERN * western + self.UTF_8)
        assert [one["statement"] for one in fields(results)] == ["L’école est déjà vendue."]
        assert codes(results) == ["undecodable characters"] * western


def test_a_nul_costs_its_row() -> None:
    results = reading(tables, b"claim,rating\nIce\x00 is hot.,False\nTea is cold.,True\n")
    assert fields(results) == [{"statement": "Tea is cold.", "rating": "True"}]
    assert codes(results) == ["contains NUL"]
