"""Resolve phrases to people, each construct next to its pitfall: no person rather than a wrong one."""

from hypothesis import given
from hypothesis import strategies as st

from claims.articles.detection import detect
from tests.helpers.sweeps import sweep


def claimants(text, language="en"):
    return [candidate.claimant for candidate in detect(text, language)]


@sweep(
    "text, expected",
    [
        # A surname means the only person with that full name; with two, no one.
        ("Ana Ruiz came. Ruiz said nine wells ran dry.", [None, "Ana Ruiz"]),
        ("Ana Ruiz and Tom Ruiz came. Ruiz said nine wells ran dry.", [None, None]),
        # An office is read by its one holder; another office of the kind, a former one and an indefinite one are not.
        ("Ana Ruiz, the mayor, came. The mayor said nine wells ran dry.", [None, "Ana Ruiz"]),
        ("Mayor Ana Ruiz met Mayor Tom Bell. The mayor said nine wells ran dry.", [None, None]),
        ("Ana Ruiz, the mayor, came. The former mayor said nine wells ran dry.", [None, None]),
        (
            "Ana Ruiz, the mayor, came. A mayor from the south said nine wells ran dry.",
            [None, "a mayor from the south"],
        ),
        ("Ana Ruiz, the mayor, came. His mayor said nine wells ran dry.", [None, None]),
        # Who belongs to a named person is not that person; who heads a body is.
        (
            "A spokesman for President Joe Halden said that nine wells ran dry.",
            ["a spokesman for President Joe Halden"],
        ),
        ("The brother of Ana Ruiz said that nine wells ran dry.", ["the brother of Ana Ruiz"]),
        ("A friend of Ana Ruiz said that nine wells ran dry.", [None]),
        ("The head of the agency Ana Ruiz said that nine wells ran dry.", ["Ana Ruiz"]),
        # Two people are no claimant; a body with "and" in its name is.
        ("Aldo Kern and Vesna Toll came. Kern and Toll said nine wells ran dry.", [None, None]),
        ("The Food and Drug Office said that nine wells ran dry.", ["Food and Drug Office"]),
        # Passives and sentences without a speaker.
        ("Ana Ruiz was told that nine wells ran dry.", [None]),
        ("Nine wells ran dry, Ana Ruiz was told.", [None]),
        ("Ana Ruiz was said to have drained nine wells.", [None]),
        ("Tom Bell was quoted by Ana Ruiz as saying that nine wells ran dry.", [None]),
        ("“Nine wells ran dry at once,” the sign behind Ana Ruiz read.", [None]),
        ("Did Ana Ruiz say that nine wells ran dry?", [None]),
        ("If Ana Ruiz says nine wells ran dry, then so be it.", [None]),
        ("Neither Ana Ruiz nor Tom Bell said that nine wells ran dry.", [None]),
        ("Ana Ruiz, 51, denies arson.", [None]),
        # Who denies that another said something speaks; the other does not.
        ("Ana Ruiz denied that Tom Bell had said nine wells ran dry.", ["Ana Ruiz"]),
        # Works and scare quotes.
        ("The book “Dark Rivers”, by Paul Hart, says that nine wells ran dry.", [None]),
        ("Residents call the street the “widow's mile”.", [None]),
        # A first word is a name if it occurs elsewhere as one, or if it cannot be a noun.
        ("Trucks said nine wells ran dry.", [None]),
        ("Apple says nine wells ran dry.", ["Apple"]),
        # A person who works at a place, and one after a parenthesis.
        (
            "Prof Ian Hall, of the University of Leeds, who was not involved, said nine wells ran dry.",
            ["Ian Hall"],
        ),
        ("Hugh Lister (Norwick East) said that nine wells ran dry.", ["Hugh Lister"]),
    ],
)
def test_english(text, expected):
    assert claimants(text) == expected


@sweep(
    "language, text, expected",
    [
        (
            "de",
            "Ein Sprecher von Ministerin Ana Ruiz sagte, neun Brunnen seien leer.",
            ["ein Sprecher von Ministerin Ana Ruiz"],
        ),
        ("de", "„Neun Brunnen sind leer“, sagte Anja Thoms der „Zeitung“.", ["Anja Thoms"]),
        ("de", "Anja Thoms kam. Im Landtag hieß es, Thoms wolle gehen.", [None, None]),
        (
            "fr",
            "Selon le porte-parole de la ministre Anna Weil, neuf puits sont secs.",
            ["le porte-parole de la ministre Anna Weil"],
        ),
        ("fr", "Jean Holt est venu. Il a été dit que neuf puits étaient secs.", [None, None]),
        ("fr", "« Neuf puits sont à sec », a lancé Jean Holt, délégué.", ["Jean Holt"]),
        (
            "es",
            "El abogado del ministro Juan Paz dijo que nueve pozos se secaron.",
            ["el abogado del ministro Juan Paz"],
        ),
        ("es", "Juan Paz vino. Se dice que nueve pozos se secaron.", [None, None]),
        ("es", "“Nueve pozos se secaron ayer”, proclamó Juan Paz.", ["Juan Paz"]),
        ("it", "A Davide Conti è stato detto di attendere.", [None]),
        ("it", "Secondo l'Ansa, nove pozzi sono secchi.", ["Ansa"]),
        (
            "pt",
            "O prefeito João Prado veio. “Nove poços secaram ontem”, disse a ouvidora, Cláudia Silva.",
            [None, "Cláudia Silva"],
        ),
        ("pt", "Disseram-lhe que nove poços secaram.", [None]),
        (
            "nl",
            "De advocaat van burgemeester Jan de Wit zegt dat negen putten droog zijn.",
            ["de advocaat van burgemeester Jan de Wit"],
        ),
        ("pl", "Adwokat burmistrza Jana Nowaka powiedział, że wyschło dziewięć studni.", [None]),
        ("ru", "По словам водителя Олега Дёмина, высохли девять колодцев.", ["Олег Дёмин"]),
        ("ru", "По словам представителя министра Ивана Лескова, высохли девять колодцев.", [None]),
        ("ru", "Жителям сказали, что высохли девять колодцев.", [None]),
        ("uk", "За словами директорки Оксани Левчук, висохли дев'ять криниць.", ["Оксана Левчук"]),
        ("tr", "Sürücülere beklemeleri söylendi.", [None]),
        ("ar", "وبحسب هيئة المياه بلغت الخسائر 120 مليونا.", ["هيئة المياه"]),
        ("ar", "ووفقا للبنك الدولي جفت تسع آبار.", ["البنك الدولي"]),
        ("ar", "قال محامي الوزير سامي خليل إن تسع آبار جفت.", [None]),
        ("ja", "高田修一知事が来た。知事は井戸が枯れたと述べた。", [None, "高田修一"]),
        ("ja", "高田修一知事の妻によると、井戸が枯れた。", [None]),
        ("ko", "박정호 공사 사장이 왔다. 박 사장은 우물이 말랐다고 밝혔다.", [None, "박정호"]),
        ("ko", "박민수 시장의 변호사는 우물 아홉 곳이 말랐다고 말했다.", [None]),
        ("zh", "卡车司机刘强说，九口井干涸了。", ["刘强"]),
        ("zh", "有专家认为，九口井干涸了。", [None]),
        ("hi", "मंत्री अनिल वर्मा आए। वर्मा ने कहा कि नौ कुएं सूख गए।", [None, "अनिल वर्मा"]),
        ("hi", "मंत्री अनिल वर्मा के वकील ने कहा कि नौ कुएं सूख गए।", [None]),
        ("id", "“Sembilan sumur sudah kering,” kata Bupati Sirna, Dewi Lestari.", ["Dewi Lestari"]),
        ("id", "Pengacara Bupati Budi Santoso mengatakan sembilan sumur kering.", [None]),
        ("sv", "Enligt Länsstyrelsen torkade nio brunnar.", ["Länsstyrelsen"]),
    ],
)
def test_other_languages(language, text, expected):
    assert claimants(text, language) == expected


def test_a_body_gets_no_description_and_a_relative_loses_the_possessive():
    candidates = detect("“Nine wells ran dry,” said his lawyer, Tim Roth.", "en")
    assert [(row.claimant, row.claimant_description) for row in candidates] == [("Tim Roth", "lawyer")]


_PIECES = st.sampled_from(
    ["Ana Ruiz", "Ruiz", "Mayor", "the mayor", "she", "he", "said", "told", "“Nine wells ran dry”", "“", "”", ",", ".",
     "?", ":", "according to", "of", "for", "and", "(", ")", "—", "\n\n", "Q:", "A:", "RUIZ:", "denied that", "wells",
     "the Water Board", "(TWB)", "Tom Bell", "his", "was", "if", "'s", "1987", "The", "Dr.", "who", "by"]
)  # fmt: skip


@given(st.lists(_PIECES, max_size=40).map(" ".join), st.sampled_from(["en", "de", "fr", "es", "tr", "id"]))
def test_every_word_of_a_claimant_occurs_in_the_text(text, language):
    for claimant in claimants(text, language):
        for word in (claimant or "").split():
            assert word.casefold() in text.casefold()


@given(
    st.text(max_size=120), st.sampled_from(["en", "ru", "uk", "cs", "ar", "ja", "ko", "zh", "hi", "sv", "xx"])
)
def test_nothing_breaks_on_any_text(text, language):
    for claimant in claimants(text, language):
        assert claimant is None or claimant.strip()
