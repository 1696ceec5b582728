import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from factcheck.web.site_urls import (
    OWN_SITE_MARK,
    build_site_etag,
    has_valid_marks,
    insert_site_url,
    parse_stored,
    render_served,
    render_stored,
)

ADDRESS = "https://facts.example.org"

#: Texts of an attacker who knows how addresses are stored.
HOSTILE = [
    '\t"/claims/1/',
    '"url":\t"/claims/1/"',
    '\\t"/',
    "\\u0000/claims/1/",
    '\\"\\u0000/',
    '\u2028\t"',
    '"\\/',
    ',"url":"\\u0000',
]  # fmt: skip

#: What PostgreSQL can keep: anything but NUL and halves of surrogates.
texts = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))
documents = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | texts | st.sampled_from(HOSTILE),
    lambda inner: st.lists(inner) | st.dictionaries(texts | st.sampled_from(HOSTILE), inner),
    max_leaves=20,
)


@pytest.fixture(autouse=True)
def site(settings):
    settings.SITE_URL = ADDRESS


def test_a_stored_text_names_no_address_of_ours_and_is_served_with_the_one_of_the_day(settings):
    kept = render_stored(
        {
            "id": 7,
            "url": f"{OWN_SITE_MARK}/claims/7/bridge/",
            "publisher": {"url": OWN_SITE_MARK, "domain": ""},
        }
    )
    assert kept == '{"id":7,"url":\t"/claims/7/bridge/","publisher":{"url":\t"","domain":""}}'
    for address in (ADDRESS, "http://localhost:8001"):
        settings.SITE_URL = address
        assert insert_site_url(kept.encode()).decode() == (
            f'{{"id":7,"url":"{address}/claims/7/bridge/","publisher":{{"url":"{address}","domain":""}}}}'
        )


@pytest.mark.slow
@given(documents)
def test_no_text_can_pass_for_an_address_of_ours(document):
    kept = render_stored(document)
    assert "\t" not in kept
    assert insert_site_url(kept.encode()) == kept.encode()
    assert json.loads(render_served(document)) == document


@pytest.mark.slow
@given(documents, documents)
def test_only_our_address_is_inserted_in_any_context(before, after):
    document = {"before": before, "url": f"{OWN_SITE_MARK}/claims/7/", "after": after}
    served = {"before": before, "url": f"{ADDRESS}/claims/7/", "after": after}
    kept = render_stored(document)
    assert json.loads(insert_site_url(kept.encode())) == json.loads(render_served(document)) == served
    assert json.loads(kept) == {"before": before, "url": "/claims/7/", "after": after}


@given(documents)
def test_parsed_bodies_can_be_stored_again(document):
    kept = render_stored(
        {
            "url": f"{OWN_SITE_MARK}/claims/7/",
            "publisher": {"url": OWN_SITE_MARK, "name": ""},
            "text": document,
        }
    )
    assert render_stored(parse_stored(kept)) == render_stored(parse_stored(kept.encode())) == kept
    assert has_valid_marks(kept.encode())


@pytest.mark.parametrize("text", ['{"a":\t1}', '{"a":"b"\t}', '{"a":\t"b"}', "\t", '{"a":"b"}\t'])
def test_other_tabs_are_distinguished_from_marks(text):
    assert not has_valid_marks(text.encode())


def test_etags_change_with_the_address(settings):
    here = build_site_etag('"abc"')
    assert here.startswith("abc-")
    settings.SITE_URL = "https://elsewhere.example.org"
    assert build_site_etag("abc") != here
