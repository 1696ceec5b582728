"""Style sheets and scripts find cells of the desk by the name of their column, and pages by the name of their model."""

import re

from django.conf import settings
from django.contrib import admin

_NAMES = re.compile(r"\.((?:field|model)-[a-z_]+)")


def test_named_columns_and_models_exist() -> None:
    admin.autodiscover()
    desk = admin.site._registry
    existing = {f"model-{model._meta.model_name}" for model in desk}
    existing |= {f"field-{name}" for model_admin in desk.values() for name in dir(model_admin)}
    existing |= {f"field-{field.name}" for model in desk for field in model._meta.get_fields()}
    files = [
        path
        for pattern in ("static/desk/*", "claims/features/*/static/**/*")
        for path in settings.BASE_DIR.glob(pattern)
        if path.suffix in {".css", ".js"}
    ]
    named = {name: path.name for path in files for name in _NAMES.findall(path.read_text())}
    assert len(named) > 20
    assert {name: file for name, file in named.items() if name not in existing} == {}
