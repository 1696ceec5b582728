"""The JSON-LD in the head of a page, by kind of page. Only the canonical page of a subject has any."""

from collections.abc import Callable, Mapping
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.templatetags.static import static
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from claims.ledger.document import claim_document, page_markup
from claims.ledger.document.headline import build_headline
from claims.public.pages.head_links import build_head_links, get_route
from claims.public.pages.page_addresses import build_canonical_url
from claims.public.pages.responses import get_interface_language
from factcheck.features import has_route
from factcheck.web.language_addresses import build_permanent_path, get_address_language

Document = dict[str, Any]
Trail = list[tuple[str, str]]

#: The page that states each policy of the newsroom, by schema.org property.
_POLICIES = {
    "publishingPrinciples": "methodology",
    "correctionsPolicy": "corrections-policy",
    "ethicsPolicy": "nonpartisanship",
    "ownershipFundingInfo": "funding",
    "masthead": "team",
}
#: The title and route of the index for each kind of subject; under "", those of the ratings.
_INDEXES = {
    "claimant": (gettext_noop("Claimants"), "claimants"),
    "topic": (gettext_noop("Topics"), "topics"),
    "publisher": (gettext_noop("Publishers"), "publishers"),
    "": (gettext_noop("Ratings"), "rating-classes"),
}


def build_structured_data(request: HttpRequest, context: Mapping[Any, Any]) -> Document | None:
    """Return the JSON-LD of this request's page; None if it has none."""
    page_url = build_head_links(request, context).canonical
    if not page_url:
        return None
    write = _PAGES.get(get_route(request))
    return page_markup.build_graph(write(page_url, get_address_language(request), context)) if write else None


def build_newsroom(policies: Document | None = None) -> Document:
    """Describe the newsroom as an organisation."""
    site = claim_document.build_site()
    return page_markup.build_organization(site, logo=_make_absolute(static("logo.svg")), policies=policies)


def build_claim_images(body: Document) -> list[str]:
    """Return a list with the URL of this version's share picture; empty if share pictures are switched off."""
    if not has_route("claim-image"):
        return []
    return [f"{settings.SITE_URL}{build_permanent_path('claim-image', body['id'])}?version={body['version']}"]


def _build_home(page_url: str, code: str, context: Mapping[Any, Any]) -> list[Document | None]:
    kinds = {getattr(page, "kind", "") for page in context.get("about", [])}
    policies = {
        name: build_canonical_url(build_permanent_path("about", kind))
        for name, kind in _POLICIES.items()
        if kind in kinds
    }
    search = f"{build_canonical_url(build_permanent_path('claims'), code)}?q={{search_term_string}}"
    languages = [tag for tag, _name in settings.LANGUAGES]
    return [
        build_newsroom(policies),
        page_markup.build_website(claim_document.build_site(), languages=languages, search=search),
    ]


def _build_claim(page_url: str, code: str, context: Mapping[Any, Any]) -> list[Document | None]:
    body = context["claim"]
    article = page_markup.build_article(
        body,
        page=page_url,
        headline=build_headline(body),
        site=claim_document.build_site(),
        images=build_claim_images(body),
        publisher=build_newsroom(),
    )
    return [article, _build_breadcrumbs(code, _build_claims_step(code), (body["statement"], page_url))]


def _build_claim_list(page_url: str, language: str, context: Mapping[Any, Any]) -> list[Document | None]:
    return [
        _build_collection(page_url, str(_("Fact checks")), _list_claims(context)),
        _build_breadcrumbs(language, _build_claims_step(language)),
    ]


def _build_clusters(page_url: str, code: str, context: Mapping[Any, Any]) -> list[Document | None]:
    items = [
        (
            cluster["title"],
            build_canonical_url(build_permanent_path("cluster", cluster["id"], cluster["slug"])),
        )
        for cluster in context.get("clusters", [])
    ]
    return [
        _build_collection(page_url, str(_("Rumours")), items),
        _build_breadcrumbs(code, _build_step(_("Rumours"), "clusters", code)),
    ]


def _build_cluster(page_url: str, code: str, context: Mapping[Any, Any]) -> list[Document | None]:
    title = context["cluster"]["title"]
    trail = _build_step(_("Rumours"), "clusters", code)
    return [
        _build_collection(page_url, title, _list_claims(context)),
        _build_breadcrumbs(code, trail, (title, page_url)),
    ]


def _build_subject(page_url: str, code: str, context: Mapping[Any, Any]) -> list[Document | None]:
    kind = next((kind for kind in ("claimant", "topic", "publisher") if context.get(kind)), "")
    name = str(context[kind]["name"] if kind else context.get("name", ""))
    collection = _build_collection(page_url, name, _list_claims(context))
    title, route = _INDEXES[kind]
    return [collection, _build_breadcrumbs(code, _build_step(_(title), route, code), (name, page_url))]


def _build_index(page_url: str, code: str, context: Mapping[Any, Any]) -> list[Document | None]:
    index = context["index"]
    items = [(subject.name, build_canonical_url(subject.address, code)) for subject in context["subjects"]]
    return [
        _build_collection(page_url, str(index.title), items),
        _build_breadcrumbs(code, (index.title, page_url)),
    ]


def _build_source(page_url: str, code: str, context: Mapping[Any, Any]) -> list[Document | None]:
    return [_build_breadcrumbs(code, _build_claims_step(code), (context["source"]["title"], page_url))]


def _build_about(page_url: str, code: str, context: Mapping[Any, Any]) -> list[Document | None]:
    title = context["page"].title
    page = {
        "@type": "AboutPage",
        "@id": page_url,
        "url": page_url,
        "name": title,
        "inLanguage": context["page"].language,
    }
    return [page | {"about": build_newsroom()}, _build_breadcrumbs(code, (title, page_url))]


def _make_plain_builder(name: Callable[[], str]) -> Callable[..., list[Document | None]]:
    return lambda page_url, code, context: [_build_breadcrumbs(code, (name(), page_url))]


_PAGES: dict[str, Callable[[str, str, Mapping[Any, Any]], list[Document | None]]] = {
    "home": _build_home,
    "claims": _build_claim_list,
    "claim": _build_claim,
    "clusters": _build_clusters,
    "cluster": _build_cluster,
    "claimants": _build_index,
    "topics": _build_index,
    "publishers": _build_index,
    "claimant": _build_subject,
    "topic": _build_subject,
    "publisher": _build_subject,
    "rating-class": _build_subject,
    "source": _build_source,
    "about": _build_about,
    "corrections": _make_plain_builder(lambda: _("Corrections")),
    "methodology": _make_plain_builder(lambda: _("How we rate and correct")),
    "standards": _make_plain_builder(lambda: _("How we meet the standards")),
    "check": _make_plain_builder(lambda: _("Check a text")),
}


def _list_claims(context: Mapping[Any, Any]) -> Trail:
    return [(build_headline(claim), claim["url"]) for claim in context.get("claims", [])]


def _build_collection(page_url: str, name: str, items: Trail) -> Document:
    return page_markup.build_collection(page_url, name=name, language=get_interface_language(), items=items)


def _build_breadcrumbs(code: str, *steps: tuple[str, str]) -> Document | None:
    home = (settings.NEWSROOM_NAME, build_canonical_url("/", code))
    return page_markup.build_breadcrumbs([home, *((str(name), address) for name, address in steps)])


def _build_claims_step(code: str) -> tuple[str, str]:
    return _build_step(_("Claims"), "claims", code)


def _build_step(name: str, route: str, code: str) -> tuple[str, str]:
    return name, build_canonical_url(build_permanent_path(route), code)


def _make_absolute(address: str) -> str:
    return address if "://" in address else settings.SITE_URL + address
