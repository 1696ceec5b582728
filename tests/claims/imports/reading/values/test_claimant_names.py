from claims.imports.reading.review_record import Person
from claims.imports.reading.values.claimant_names import read_kind, read_person, read_unnamed_group
from claims.models import Claimant
from tests.helpers.sweeps import sweep


@sweep(
    "name, expected",
    [
        ("Ada Moss", "Ada Moss"),
        (" Ada&nbsp;Moss ", "Ada Moss"),
        ('"Ada Moss"', "Ada Moss"),
        ("@adamoss", "@adamoss"),
        ("ada-moss", "ada-moss"),
        ("Bread & Roses", "Bread & Roses"),
        (["Ada Moss", "mayor of Anytown"], "Ada Moss, mayor of Anytown"),
        (
            [{"@type": "Person", "name": "Ada Moss"}, {"@type": "Person", "name": "Ben Orr"}],
            "Ada Moss, Ben Orr",
        ),
        ({"name": {"@value": "Ada Moss"}}, "Ada Moss"),
        (7, "7"),
    ],
)
def test_a_name(name, expected):
    assert read_person(name) == (Person(expected), ())


@sweep(
    "name",
    [
        None,
        "",
        "Unknown",
        "UNKNOWN",
        "N/A",
        "Various",
        "Multiple sources",
        "Várias fontes",
        "Unbekannt",
        "مجهول",
        "—",
        "?!",
        [],
        {},
    ],
)
def test_no_claimant(name):
    assert read_person(name) == (None, ())


def test_a_name_is_not_judged_by_a_part_of_it():
    assert read_person("Unknown Mortal Orchestra")[0] == Person("Unknown Mortal Orchestra")
    assert read_person("Facebook posts of Ada Moss")[0] == Person("Facebook posts of Ada Moss")


@sweep(
    "kind, expected",
    [
        ("Person", "person"),
        ("person", "person"),
        ("https://schema.org/Person", "person"),
        (["schema:Person"], "person"),
        ("GovernmentOrganization", "organization"),
        ("NewsMediaOrganization", "organization"),
        ("group", "group"),
        ("Thing", "unknown"),
        (None, "unknown"),
        ({"x": 1}, "unknown"),
    ],
)
def test_the_kind(kind, expected):
    assert read_kind(kind) == expected
    assert expected in Claimant.Kind.values


def test_parts_of_a_persons_name():
    person, problems = read_person("Ada Moss", "Person", "mayor", ["https://example.org/ada", "/ada"])
    assert person == Person("Ada Moss", "person", "mayor", ("https://example.org/ada",))
    assert [(field, problem.code) for field, problem in problems] == [
        ("claimant_same_as", "not a web address")
    ]


def test_long_names_are_left_out():
    assert read_person("x" * 200)[0] == Person("x" * 200)
    assert [(field, one.code) for field, one in read_person("x" * 201)[1]] == [
        ("claimant", "claimant name too long")
    ]
    person, problems = read_person("Ada Moss", title="x" * 201)
    assert person == Person("Ada Moss")
    assert [(field, one.code) for field, one in problems] == [("claimant_title", "title too long")]


@sweep(
    "words",
    [
        "Several persons",
        "Viral social media post",
        "Boatos de redes sociais",
        "Facebook posts",
        "facebook-posts",
        "VIRAL  image",
        "WhatsApp",
        "Internet",
        "Blog posts",
        "Anonymous",
        "Various",
        "Multiple sources",
        "Usuarios de redes sociales",
        "Correntes de WhatsApp",
        "Plusieurs sources",
        "Utenti Facebook",
        "Facebook-Nutzer",
        "Gebruikers van sociale media",
        "Użytkownicy Facebooka",
        "Řetězové e-maily",
        "Používatelia sociálnych sietí",
        "Facebook-felhasználók",
        "Rețele sociale",
        "Социални мрежи",
        "Korisnici društvenih mreža",
        "Χρήστες Facebook",
        "Användare på sociala medier",
        "Innlegg på Facebook",
        "Brugere på sociale medier",
        "Sosyal medya kullanıcıları",
        "Пользователи соцсетей",
        "Користувачі соцмереж",
        "Unggahan di Facebook",
        "Mga netizen",
        "رواد مواقع التواصل الاجتماعي",
        "کاربران توییتر",
        "גולשים ברשתות החברתיות",
        "सोशल मीडिया यूजर्स",
        "ফেসবুক ব্যবহারকারী",
        "ผู้ใช้เฟซบุ๊ก",
        "Cư dân mạng",
        "누리꾼",
        "网传",
        "ネット上",
    ],
)
def test_groups_of_people_are_not_claimants(words):
    assert read_person(words, "Person") == (None, ())
    assert read_unnamed_group(words, "Person") == " ".join(words.split())


@sweep(
    ("name", "kind"),
    [
        ("Facebook", "Organization"),
        ("Facebook", None),
        ("Instagram", None),
        ("TikTok", "Organization"),
        ("WhatsApp", "Organization"),
        ("Anonymous", "Organization"),
        ("Anonymous", "group"),
        ("Viral Acharya", "Person"),
        ("Viral Shah", None),
        ("Various Artists Records", None),
        ("Internet Society", "Organization"),
        ("Internet Archive", None),
        ("Social Security Administration", None),
        ("Unknown Mortal Orchestra", None),
        ("Facebook Ireland Ltd", None),
        ("Post Office", None),
        ("Radar Online", None),
        ("Adrian Fontes", None),
        ("Anonymous Caller", None),
        ("A Facebook user called Ada Moss", None),
    ],
)
def test_names_that_contain_such_words_stay(name, kind):
    person, problems = read_person(name, kind)
    assert (person and person.name, problems, read_unnamed_group(name, kind)) == (name, (), "")


def test_platforms_and_lists_of_them_are_not_claimants():
    """The value stored as the claimant, and the words kept in the context."""
    expected = {
        "instagram.com": ("", "instagram.com"),
        "WWW.TikTok.com": ("", "WWW.TikTok.com"),
        "https://www.facebook.com/some.body.9": ("", "https://www.facebook.com/some.body.9"),
        "m.vk.com": ("", "m.vk.com"),
        "Reddit;Telegram": ("", "Reddit;Telegram"),
        "TikTok and Instagram": ("", "TikTok and Instagram"),
        "Ютуб и Телеграм": ("", "Ютуб и Телеграм"),
        "X / Threads / Unknown": ("", "X / Threads / Unknown"),
        "واتساب ويوتيوب": ("", "واتساب ويوتيوب"),
        "تويتر، والفيسبوك": ("", "تويتر، والفيسبوك"),
        "عِدّة مصادِر": ("", "عِدّة مصادِر"),
        "حسابات على الإنستغرام": ("", "حسابات على الإنستغرام"),
        "رواد مواقع التواصل الإجتماعي": ("", "رواد مواقع التواصل الإجتماعي"),
        "Ada Moss, Instagram": ("Ada Moss", "Instagram"),
        "Ada Moss، مستخدمون على فيسبوك": ("Ada Moss", "مستخدمون على فيسبوك"),
        "facebook.com, Ada Moss": ("Ada Moss", "facebook.com"),
        "Ada Moss, Ben Orr, Facebook users": ("", "Ada Moss, Ben Orr, Facebook users"),
        "Telegram, Norrhamn": ("Telegram, Norrhamn", ""),
        "Twitter, Inc.": ("Twitter, Inc.", ""),
        "Ada Moss, mayor of Anytown": ("Ada Moss, mayor of Anytown", ""),
        "Moss, Ada": ("Moss, Ada", ""),
        "Bread and Roses": ("Bread and Roses", ""),
        "norrhamn.example.com": ("norrhamn.example.com", ""),
        "Libs of TikTok": ("Libs of TikTok", ""),
        "الجزيرة": ("الجزيرة", ""),
    }
    found = {}
    for name in expected:
        person = read_person(name)[0]
        found[name] = (person.name if person else "", read_unnamed_group(name))
    assert found == expected
