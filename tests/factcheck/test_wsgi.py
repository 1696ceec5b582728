"""The entry point of web servers. It changes what Django does around requests, so another process loads it."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection

from tests.helpers.database import addresses

pytestmark = [pytest.mark.slow, pytest.mark.django_db]

ASK = """
import io, json, sys
from factcheck.wsgi import application
from django.core.signals import request_finished, request_started
from django.db import connections

def names(signal):
    return [receiver().__name__ for _, receiver, *_ in signal.receivers]

found = {"started": names(request_started), "finished": names(request_finished), "answers": []}
ends = []
request_finished.connect(lambda **_: ends.append(1), weak=False)
for path in sys.argv[1:]:
    ends.clear()
    heads = []
    environ = {
        "REQUEST_METHOD": "GET", "PATH_INFO": path, "SERVER_NAME": "localhost", "SERVER_PORT": "80",
        "wsgi.url_scheme": "http", "wsgi.input": io.BytesIO(), "wsgi.errors": sys.stderr,
    }
    answer = application(environ, lambda status, headers: heads.append((status, dict(headers))))
    whole, ended_before = isinstance(answer, list), len(ends)
    body = b"".join(answer)
    if not whole:
        answer.close()
    (status, headers), = heads
    found["answers"].append({
        "status": status, "whole": whole, "ended": [ended_before, len(ends)],
        "complete": headers.get("Content-Length") in (None, str(len(body))), "body": body.decode(),
        "default is open": connections["default"].connection is not None,
    })
print(json.dumps(found))
"""


@pytest.fixture
def asked(tmp_path: Path) -> Any:
    environment = {
        "PATH": os.environ["PATH"],
        **addresses(connection.settings_dict["NAME"]),
        "DATA_DIR": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": settings.SETTINGS_MODULE,
        "FACTCHECK_DEMO": "1",
    }

    def ask(*paths: str) -> Any:
        command = [sys.executable, "-c", ASK, *paths]
        done = subprocess.run(
            command, cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return ask


def test_complete_answers_are_lists_and_streamed_ones_are_not(asked: Any) -> None:
    """A server may send the first at once, and must not wait for the last piece of the second."""
    found = asked("/api/v1/claims/", "/api/v1/claims.jsonl", "/api/v1/claims/0/", "/nowhere/")
    answers = found["answers"]
    assert [(answer["status"][:3], answer["whole"]) for answer in answers] == [
        ("200", True),
        ("200", False),
        ("404", True),
        ("404", True),
    ]
    assert json.loads(answers[0]["body"])["results"] == []
    assert all(answer["complete"] for answer in answers)


def test_each_request_ends_once_and_gives_its_connection_back(asked: Any) -> None:
    found = asked("/claims/1/", "/api/v1/claims.jsonl", "/api/v1/claims/")
    assert [answer["status"][:3] for answer in found["answers"]] == ["404", "200", "200"]
    assert [answer["ended"] for answer in found["answers"]] == [[1, 1], [0, 1], [1, 1]]
    assert [answer["default is open"] for answer in found["answers"]] == [False] * 3


def test_connections_are_gone_through_once_for_each_request(asked: Any) -> None:
    found = asked()
    assert (found["started"], found["finished"]) == ([], ["close_old_connections"])
