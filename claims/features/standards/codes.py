"""The articles of the two codes, summarised in our own words.

IFCN: the Code of Principles of the International Fact-Checking Network, criteria of 2020
(https://ifcncodeofprinciples.poynter.org/know-more/the-commitments-of-the-code-of-principles). EFCSN: the European Code
of Standards for Independent Fact-Checking Organisations of 2022 (https://efcsn.com/code-of-standards), cited by
chapter, or by article where other documents do so.
"""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class CodeArticle:
    """An article of the IFCN or EFCSN code, with what it requires."""

    code: str
    number: str | Promise
    requirement: str | Promise

    @property
    def name(self) -> str:
        return f"{self.code} {self.number}".strip()


REGULAR_PUBLICATION = CodeArticle("IFCN", "1.3", _("fact checks are published regularly"))
EQUAL_STANDARDS = CodeArticle("IFCN", "2.1", _("the same standards for every claimant"))
NO_UNDUE_CONCENTRATION = CodeArticle(
    "IFCN", "2.2", _("no undue concentration on one side, and an explanation of how claims are selected")
)
NONPARTISAN = CodeArticle("IFCN", "2.5", _("a policy on nonpartisanship"))
SOURCES_NAMED = CodeArticle(
    "IFCN", "3.1", _("the source of all significant evidence, with links where available")
)
MORE_THAN_ONE_SOURCE = CodeArticle(
    "IFCN", "3.3", _("key elements are checked against more than one named source")
)
FUNDING = CodeArticle("IFCN", "4.1", _("a page on funding"))
OWNERSHIP = CodeArticle("IFCN", "4.2", _("a statement on ownership"))
STRUCTURE = CodeArticle("IFCN", "4.3", _("how the organisation is set up, and who is in charge"))
PEOPLE = CodeArticle("IFCN", "4.4", _("people with a significant role in publications"))
CONTACT = CodeArticle("IFCN", "4.5", _("easy ways to reach the editorial team"))
METHODOLOGY = CodeArticle(
    "IFCN", "5.1", _("a statement on how claims are selected, researched, written and published")
)
REASON_FOR_CHOICE = CodeArticle(
    "IFCN", "5.2", _("claims are selected by reach and importance, and the reason is given")
)
BOTH_SIDES = CodeArticle(
    "IFCN", "5.3", _("evidence that supports the claim as well as evidence that undermines it")
)
CLAIMANT_CONTACTED = CodeArticle("IFCN", "5.5", _("the claimant is contacted where possible"))
READERS_SEND_CLAIMS = CodeArticle("IFCN", "5.6", _("readers are encouraged to send in claims"))
CORRECTIONS_POLICY = CodeArticle("IFCN", "6.1", _("a corrections or complaints policy that is easily found"))
CORRECTED_OPENLY = CodeArticle("IFCN", "6.3", _("mistakes are corrected openly"))

EFCSN_METHODOLOGY = CodeArticle(
    "EFCSN",
    _("methodology"),
    _("at least two sources for key points, evidence for both sides, and a trail that readers can follow"),
)
EFCSN_REPLY = CodeArticle("EFCSN", _("ethics"), _("a right of reply for people whose claims are checked"))
EFCSN_INDEPENDENCE = CodeArticle("EFCSN", _("ethics"), _("independence and impartiality"))
EFCSN_TRANSPARENCY = CodeArticle("EFCSN", _("transparency"), _("funding, ownership and staff"))
EFCSN_CORRECTIONS = CodeArticle("EFCSN", "3.3", _("a corrections policy, and answers to complaints"))
EFCSN_COMPLAINTS = CodeArticle("EFCSN", "6", _("requested corrections made within seven working days"))
