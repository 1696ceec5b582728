"""An open page of the desk, and the server's stored copy of the text typed on it."""

from typing import Any
from uuid import uuid4

from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from claims.models import UnsavedForm

WORDS = {"context": "Half a thought"}


#: A page that is not open.
NOBODYS = "1f0c6c5e-6f0b-4a5d-9a52-3d0f3c1f7f10"


class Writer:
    """An open page, which sends the text typed on it."""

    def __init__(self, person: User, page: str = "/admin/claims/claim/add/") -> None:
        self.person, self.page, self.name, self.sequence = person, page, str(uuid4()), 0
        self.client = Client()
        self.client.force_login(person)

    def message(self, values: Any = None, **more: Any) -> dict[str, Any]:
        self.sequence += 1
        return {
            "person": str(self.person.pk),
            "writer": self.name,
            "sequence": self.sequence,
            "page": self.page,
            "form": "claim_form",
            "version": "v",
            "values": WORDS if values is None else values,
            "started": {"context": "Nothing"},
        } | more

    def post(self, name: str, body: Any, **options: Any) -> Any:
        return self.client.post(reverse(name), body, content_type="application/json", **options)

    def write(self, values: Any = None, **more: Any) -> Any:
        answer = self.post("desk-autosave", self.message(values, **more))
        return (answer.status_code, answer.json().get("is_stored"))

    def drafts(self, **asked: Any) -> Any:
        return self.client.get(reverse("desk-autosave"), {"page": self.page} | asked).json()

    def values(self) -> list[Any]:
        return [draft["values"] for draft in self.drafts()["drafts"]]


def kept() -> list[dict[str, Any]]:
    return list(UnsavedForm.objects.filter(closed_at=None).order_by("pk").values_list("values", flat=True))
