"""The JSON-LD in the head of a page, by its kind: only on the canonical page of a subject."""

from collections.abc import Callable, Mapping
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import NoReverseMatch
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from claims.ledger.document import claim_document, page_markup
from claims.ledger.document.headline import build_headline
from claims.public.pages.head_links import head_links, route_of
from claims.public.pages.page_addresses import canonical
from claims.public.pages.responses import interface_language
from factcheck.web.language_addresses import address_language, permanent

Document = dict[str, Any]
Trail = list[tuple[str, str]]

#: Where the newsroom says what, in schema.org's words, and the page about us that says it.
_POLICIES = {
    "publishingPrinciples": "methodology",
    "correctionsPolicy": "corrections-policy",
    "ethicsPolicy": "nonpartisanship",
    "ownershipFundingInfo": "funding",
    "masthead": "team",
}
#: What the index of each kind of thing is called, and its route; without a kind, of the ratings.
_INDEXES = {
    "claimant": (gettext_noop("Claimants"), "claimants"),
    "topic": (gettext_noop("Topics"), "topics"),
    "publisher": (gettext_noop("Publishers"), "publishers"),
    "": (gettext_noop("Ratings"), "rating-classes"),
}


def structured_data(request: HttpRequest, context: Mapping[Any, Any]) -> Document | None:
    """Return the JSON-LD of this request's page; None if it has none."""
    here = head_links(request, context).canonical
    if not here:
        return None
    write = _PAGES.get(route_of(request))
    return page_markup.build_graph(write(here, address_language(request), context)) if write else None


def newsroom(policies: Document | None = None) -> Document:
    """The newsroom as an organisation."""
    site = claim_document.site()
    return page_markup.build_organization(site, logo=_whole(static("logo.svg")), policies=policies)


def claim_images(body: Document) -> list[str]:
    """The addresses of the picture of a claim, as this version has it; none where the site draws none."""
    try:
        return [f"{settings.SITE_URL}{permanent('claim-image', body['id'])}?version={body['version']}"]
    except NoReverseMatch:
        return []


def _home(here: str, code: str, context: Mapping[Any, Any]) -> list[Document | None]:
    written = {getattr(page, "kind", "") for page in context.get("about", [])}
    policies = {
        name: canonical(permanent("about", kind)) for name, kind in _POLICIES.items() if kind in written
    }
    search = f"{canonical(permanent('claims'), code)}?q={{search_term_string}}"
    languages = [tag for tag, _name in settings.LANGUAGES]
    return [
        newsroom(policies),
        page_markup.build_website(claim_document.site(), languages=languages, search=search),
    ]


def _claim(here: str, code: str, context: Mapping[Any, Any]) -> list[Document | None]:
    body = context["claim"]
    written = page_markup.build_article(
        body,
        page=here,
        headline=build_headline(body),
        site=claim_document.site(),
        images=claim_images(body),
        publisher=newsroom(),
    )
    return [written, _breadcrumbs(code, _claims(code), (body["statement"], here))]


def _claim_list(here: str, code: str, context: Mapping[Any, Any]) -> list[Document | None]:
    return [
        _collection(here, str(_("Fact checks")), _claims_listed(context)),
        _breadcrumbs(code, _claims(code)),
    ]


def _clusters(here: str, code: str, context: Mapping[Any, Any]) -> list[Document | None]:
    listed = [
        (one["title"], canonical(permanent("cluster", one["id"], one["slug"])))
        for one in context.get("clusters", [])
    ]
    return [
        _collection(here, str(_("Rumours")), listed),
        _breadcrumbs(code, _step(_("Rumours"), "clusters", code)),
    ]


def _cluster(here: str, code: str, context: Mapping[Any, Any]) -> list[Document | None]:
    title = context["cluster"]["title"]
    trail = _step(_("Rumours"), "clusters", code)
    return [_collection(here, title, _claims_listed(context)), _breadcrumbs(code, trail, (title, here))]


def _subject(here: str, code: str, context: Mapping[Any, Any]) -> list[Document | None]:
    kind = next((kind for kind in ("claimant", "topic", "publisher") if context.get(kind)), "")
    name = str(context[kind]["name"] if kind else context.get("name", ""))
    listed = _collection(here, name, _claims_listed(context))
    title, route = _INDEXES[kind]
    return [listed, _breadcrumbs(code, _step(_(title), route, code), (name, here))]


def _index(here: str, code: str, context: Mapping[Any, Any]) -> list[Document | None]:
    index = context["index"]
    listed = [(one.name, canonical(one.address, code)) for one in context["subjects"]]
    return [_collection(here, str(index.title), listed), _breadcrumbs(code, (index.title, here))]


def _source(here: str, code: str, context: Mapping[Any, Any]) -> list[Document | None]:
    return [_breadcrumbs(code, _claims(code), (context["source"]["title"], here))]


def _about(here: str, code: str, context: Mapping[Any, Any]) -> list[Document | None]:
    title = context["page"].title
    page = {
        "@type": "AboutPage",
        "@id": here,
        "url": here,
        "name": title,
        "inLanguage": context["page"].language,
    }
    return [page | {"about": newsroom()}, _breadcrumbs(code, (title, here))]


def _plain(name: Callable[[], str]) -> Callable[..., list[Document | None]]:
    return lambda here, code, context: [_breadcrumbs(code, (name(), here))]


_PAGES: dict[str, Callable[[str, str, Mapping[Any, Any]], list[Document | None]]] = {
    "home": _home,
    "claims": _claim_list,
    "claim": _claim,
    "clusters": _clusters,
    "cluster": _cluster,
    "claimants": _index,
    "topics": _index,
    "publishers": _index,
    "claimant": _subject,
    "topic": _subject,
    "publisher": _subject,
    "rating-class": _subject,
    "source": _source,
    "about": _about,
    "corrections": _plain(lambda: _("Corrections")),
    "methodology": _plain(lambda: _("How we rate and correct")),
    "standards": _plain(lambda: _("How we meet the standards")),
    "check": _plain(lambda: _("Check a text")),
}


def _claims_listed(context: Mapping[Any, Any]) -> Trail:
    return [(build_headline(one), one["url"]) for one in context.get("claims", [])]


def _collection(here: str, name: str, listed: Trail) -> Document:
    return page_markup.build_collection(here, name=name, language=interface_language(), listed=listed)


def _breadcrumbs(code: str, *steps: tuple[str, str]) -> Document | None:
    home = (settings.NEWSROOM_NAME, canonical("/", code))
    return page_markup.build_breadcrumbs([home, *((str(name), address) for name, address in steps)])


def _claims(code: str) -> tuple[str, str]:
    return _step(_("Claims"), "claims", code)


def _step(name: str, route: str, code: str) -> tuple[str, str]:
    return name, canonical(permanent(route), code)


def _whole(address: str) -> str:
    return address if "://" in address else settings.SITE_URL + address
