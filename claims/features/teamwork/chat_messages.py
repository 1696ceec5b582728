"""Chat messages in the formats that incoming webhooks of Slack, similar tools and Microsoft Teams accept."""

from dataclasses import dataclass
from typing import Any

from claims.features.teamwork.models import ChatChannel

#: The most characters of one text in a message; Slack accepts 3000 in a section.
MAX_TEXT_LENGTH = 1000
_Shape = ChatChannel.Shape


@dataclass(frozen=True)
class ChatText:
    """The content of a message, before it is formatted for a chat tool. It contains no markup."""

    kind: str
    headline: str
    statement: str
    link: str
    button: str
    comment_or_note: str = ""


def build_payload(shape: str, text: ChatText) -> dict[str, Any]:
    """Build the message as JSON for the chat tool."""
    return {
        _Shape.SLACK: _build_slack_message,
        _Shape.TEAMS: _build_teams_message,
        _Shape.JSON: _build_plain_message,
    }[_Shape(shape)](text)


def _build_slack_message(text: ChatText) -> dict[str, Any]:
    """Build a Slack message with blocks (https://api.slack.com/messaging/webhooks) and, for Mattermost, a plain `text`.

    Slack's markup uses `&`, `<` and `>`; in `plain_text`, only emoji names are special. `text` cannot be
    marked as plain, so anything in it that could notify everyone (`<!channel>`) is escaped. The message has a
    link instead of a button, because a button needs an app that answers.
    """
    blocks: list[dict[str, Any]] = [
        {"type": "section", "text": _build_plain_text(text.headline)},
        {"type": "section", "text": _build_plain_text(text.statement)},
    ]
    if text.comment_or_note:
        blocks.append({"type": "section", "text": _build_plain_text(text.comment_or_note)})
    link = {"type": "mrkdwn", "text": f"<{text.link}|{_escape_text(text.button)}>"}
    blocks.append({"type": "context", "elements": [link]})
    summary = f"{_escape_text(text.headline)}: {_escape_text(shorten_text(text.statement))}"
    return {"text": f"{summary} <{text.link}>", "blocks": blocks}


def _build_plain_text(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": shorten_text(text), "emoji": False}


def _escape_text(text: str) -> str:
    escaped_text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    # Mattermost and Rocket.Chat notify people by @ names in any message.
    return escaped_text.replace("@", "@\u200b")


def _build_teams_message(text: ChatText) -> dict[str, Any]:
    """Build a message with an Adaptive Card for the Teams workflow “When a Teams webhook request is received”.

    Texts are in RichTextBlocks, which do not support Markdown, so links and images in a statement stay plain text.
    """
    body: list[dict[str, Any]] = [
        _build_text_run(text.headline, weight="Bolder"),
        _build_text_run(text.statement),
    ]
    if text.comment_or_note:
        body.append(_build_text_run(text.comment_or_note, isSubtle=True))
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "fallbackText": f"{text.headline}: {shorten_text(text.statement)}",
        "body": body,
        "actions": [{"type": "Action.OpenUrl", "title": text.button, "url": text.link}],
    }
    attachment = {
        "contentType": "application/vnd.microsoft.card.adaptive",
        "contentUrl": None,
        "content": card,
    }
    return {"type": "message", "attachments": [attachment]}


def _build_text_run(text: str, **formatting: Any) -> dict[str, Any]:
    return {
        "type": "RichTextBlock",
        "inlines": [{"type": "TextRun", "text": shorten_text(text), **formatting}],
    }


def _build_plain_message(text: ChatText) -> dict[str, Any]:
    message = {"kind": text.kind, "text": text.headline, "statement": text.statement, "url": text.link}
    return message | ({"words": text.comment_or_note} if text.comment_or_note else {})


def shorten_text(text: str) -> str:
    """Shorten the text for a chat message. The result is never empty, because chat tools reject empty texts."""
    text = text.strip() or "–"
    return text if len(text) <= MAX_TEXT_LENGTH else text[: MAX_TEXT_LENGTH - 1] + "…"
