"""Detect pages in front of an article: cookie consent, sign-in, paywall, scripts, robot checks.

A wall has two signs: it has hardly any text, and the text or markup is typical of such a wall. An article about cookies
is longer than a consent dialog.
"""

import re

from lxml.html import HtmlElement

from factcheck.translatable_messages import TranslatableMessage
from sources.extraction.document import ExtractionError

#: The maximum number of words on a wall, and the minimum number of words that make the text above it an article.
MAX_WALL_WORDS, MIN_ARTICLE_WORDS = 130, 25
#: The maximum number of words in a choice between advertising and a subscription, which pages explain at length.
MAX_CHOICE_WORDS = 600
#: The minimum number of words that make a marked element the article. Then the minimum share of words about signing
#: in on a wall: inside such an element, and elsewhere.
MIN_MARKED_ARTICLE_WORDS, MARKED_WALL_SHARE, WALL_SHARE = 8, 0.75, 0.5

_ADVICE = TranslatableMessage(
    "Open the page in a browser, then copy the article’s text and paste it, or save the page and import the file."
)

_CONSENT_PATTERN = re.compile(
    r"cookie|consent|privacy|partner|personali[sz]|advertis|legitimate interest|gdpr|data processing|tracking|"
    r"datenschutz|einwilligung|zustimm|werbung|personenbezogen|akzeptieren|"
    r"confidentialité|partenaire|données personnelles|publicité|accepter|"
    r"consentimiento|privacidad|socios|datos personales|publicidad|aceptar|aceitar|privacidade|parceiros|"
    r"consenso|riservatezza|dati personali|pubblicità|accetta|toestemming|persoonsgegevens|accepteren|advertenti|"
    r"samtykke|samtycke|personvern|integritet|zgod[aęy]|prywatno|reklam|souhlas|soukrom|súhlas|"
    r"куки|согласи|конфиденциальн|персональн|çerez|kişisel veri|gizlilik|クッキー|"
    r"同意|쿠키|동의|隐私|ملفات تعريف الارتباط|"
    r"الخصوصية",
    re.IGNORECASE,
)
# "Mit Werbung weiterlesen": the choice between payment and tracking.
_PAYMENT_CHOICE = re.compile(
    r"mit werbung (?:weiter)?(?:lesen|nutzen|surfen)|weiter mit werbung|pur[- ]abo|werbefrei(?:es)? (?:lesen|abo)|"
    r"continue with ads|consent or pay|continuer (?:sans s['’]abonner|avec (?:la )?pub\w*)|continuar con publicidad|"
    r"continua con (?:la )?pubblicità|accetta e continua|doorgaan met advertenties|fortsett med annonser",
    re.IGNORECASE,
)
_COOKIES_PATTERN = re.compile(
    r"cookie|куки|çerez|クッキー|쿠키|consent|gdpr|datenschutz|ملفات تعريف", re.IGNORECASE
)
# A consent page refers to itself and addresses its reader.
_READER_ADDRESS = re.compile(
    r"\b(?:we|our|your?|wir|unser\w*|ihr\w*|sie|nous|nos|vo[su]s?|votre|nosotros|nuestr\w+|usted|tus?|noi|"
    r"nostr\w+|vostr\w+|nós|"
    r"noss\w+|seus?|você|wij?|onze|uw|je|vi|vår\w*|våra|din|dine|deg|nasz\w*|twoj\w*|ty|naše|vaše|мы|наш\w*|"
    r"ваш\w*|вы|biz|sizin?)\b|"
    r"当社|我们|您|저희|귀하|نحن",
    re.IGNORECASE,
)
_SIGN_IN = re.compile(
    r"log ?in|password|passwor[td]|contraseña|mot de passe|senha|пароль|sign ?in|subscri|register|create (?:a|an|"
    r"your) (?:free )?account|members? only|for members|already a (?:member|subscriber)|"
    r"premium|continue reading|keep reading|unlock|free articles|einloggen|anmelden|abonn|weiterlesen|registrier|"
    r"\babo\b|"
    r"connectez|se connecter|s['’]identifier|réservé aux|abonné|s['’]abonner|poursuivre la lecture|il vous reste|"
    r"suscr[ií]b|suscriptor|inicia(?:r)? sesión|seguir leyendo|regístrate|exclusiv[oa] para|assin(?:e|ante)|"
    r"faça login|entrar|"
    r"abbonat|abbonamento|accedi|continua a leggere|inlogg|abonnee|log ind|logg inn|logga in|prenumer|zaloguj|"
    r"subskry|prenumerat|"
    r"přihl[aá]s|předplat|войдите|подпис|авториз|увійдіть|передплат|giriş yap|abone|"
    r"ログイン|会員|登录|订阅|로그인|구독|"
    r"تسجيل الدخول|اشترك",
    re.IGNORECASE,
)
_SCRIPT_PATTERN = re.compile(r"java ?script|自动跳转|enable js\b", re.IGNORECASE)
_ROBOT_PATTERN = re.compile(
    r"just a moment|verify (?:that )?you are (?:a )?human|checking (?:if the site connection|your browser)|"
    r"captcha|are you a robot|"
    r"unusual traffic|automated (?:access|requests|queries)|access denied|attention required|ddos|bot detection|"
    r"kein roboter|pas un robot|no eres un robot|request (?:was|has been) blocked|не робот|security check",
    re.IGNORECASE,
)
_LETTER_OF_UNSPACED_SCRIPT = re.compile("[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff]")
_APP_ROOT_IDS = frozenset(
    {"root", "app", "__next", "__nuxt", "___gatsby", "react-root", "app-root", "main-app", "svelte"}
)


def refuse_walls(tree: HtmlElement, text: str, visible_text: str, marked_text: str, *, is_free: bool) -> None:
    """Raise an ExtractionError that names the kind of wall, if the page is one.

    Args:
        text: the text read as the article.
        visible_text: all text that the page shows.
        marked_text: the text of the element marked up as the article, if there is one.
        is_free: False if the page states that readers must pay.
    """
    if (
        _count_words(text) <= MAX_CHOICE_WORDS
        and _PAYMENT_CHOICE.search(
            text[:1_000] if _count_words(marked_text) < MIN_ARTICLE_WORDS else marked_text[:300]
        )
        and _compute_share(_CONSENT_PATTERN, text) >= WALL_SHARE
    ):
        raise _build_consent_error()
    if _count_words(text) > MAX_WALL_WORDS:
        return
    # The little text that was read may be the wall, or a line next to it.
    message = (
        marked_text
        if _count_words(marked_text) >= MIN_MARKED_ARTICLE_WORDS
        else text
        if _count_words(text) >= MIN_ARTICLE_WORDS
        else visible_text[:5_000]
    )
    asks_for_sign_in = len(_find_distinct(_SIGN_IN, message)) >= 2 or _has_password(tree) or not is_free
    if asks_for_sign_in and _compute_share(_SIGN_IN, message) >= (
        MARKED_WALL_SHARE if marked_text else WALL_SHARE
    ):
        raise ExtractionError(
            "login_wall",
            "This page shows its article only to people who are logged in or have paid. %(way_out)s",
            way_out=_ADVICE,
        )
    if _count_words(marked_text) >= MIN_ARTICLE_WORDS:
        return
    title = " ".join(title.text_content() for title in list(tree.iter("title"))[:1])
    if len(_find_distinct(_ROBOT_PATTERN, f"{title} {message}")) >= (
        1 if _count_words(message) < 2 * MIN_ARTICLE_WORDS else 2
    ):
        raise ExtractionError(
            "robot_check",
            "This address shows a check for robots instead of the article. %(way_out)s",
            way_out=_ADVICE,
        )
    if (
        len(_find_distinct(_CONSENT_PATTERN, message)) >= 3
        and _COOKIES_PATTERN.search(message)
        and _READER_ADDRESS.search(message)
        and len(_CONSENT_PATTERN.findall(message)) > 0.05 * _count_words(message)
    ):
        raise _build_consent_error()
    if len(text) < 200 and (
        _SCRIPT_PATTERN.search(message) or _mentions_scripts(tree) or _has_empty_frame(tree)
    ):
        raise ExtractionError(
            "script_drawn",
            "This page is rendered by JavaScript, and has no text without a browser. %(way_out)s",
            way_out=_ADVICE,
        )


def _build_consent_error() -> ExtractionError:
    return ExtractionError(
        "consent_wall",
        "This page asks for consent to cookies before it shows the article. %(way_out)s",
        way_out=_ADVICE,
    )


def is_gate(text: str) -> bool:
    """Return whether a line offers to sign in or subscribe, other than to a newsletter."""
    return bool(_SIGN_IN.search(text)) and "newsletter" not in text.casefold()


def refuse_empty_page(tree: HtmlElement) -> None:
    """Raise the ExtractionError that explains why a page has no text."""
    raise ExtractionError("no_text", "This page has no readable text. %(way_out)s", way_out=_ADVICE)


def _find_distinct(pattern: re.Pattern[str], text: str) -> set[str]:
    return {phrase.lower() for phrase in pattern.findall(text)}


def _compute_share(pattern: re.Pattern[str], text: str) -> float:
    """Return the share of a text's words that are in sentences matching the pattern."""
    sentences = re.split(r"(?<=[.!?。！？।؟])\s+|\n+", text)
    return sum(_count_words(sentence) for sentence in sentences if pattern.search(sentence)) / max(
        _count_words(text), 1
    )


def _count_words(text: str) -> int:
    """Return the number of words; an estimate for scripts without spaces."""
    return len(text.split()) + len(_LETTER_OF_UNSPACED_SCRIPT.findall(text)) // 2


def _has_password(tree: HtmlElement) -> bool:
    return any((field.get("type") or "").lower() == "password" for field in tree.iter("input"))


def _mentions_scripts(tree: HtmlElement) -> bool:
    return any(_SCRIPT_PATTERN.search(element.text_content()[:2_000]) for element in tree.iter("noscript"))


def _has_empty_frame(tree: HtmlElement) -> bool:
    """Return whether the page is nearly empty except for the element that a script fills."""
    frames = (
        element
        for element in tree.iter("div", "main", "app-root")
        if element.get("id") in _APP_ROOT_IDS or element.tag == "app-root"
    )
    has_scripts = next(tree.iter("script"), None) is not None
    return has_scripts and any(len(element.text_content().split()) < MIN_ARTICLE_WORDS for element in frames)
