"""Messages of modules without Django: English text that can be translated when it is shown.

Some of these modules run in processes without settings. Their errors are translated where they are shown
(`factcheck/installation/messages.py`).
"""

from typing import Any


class TranslatableMessage(str):  # noqa: SLOT000  exceptions and rows keep few of them
    """A message in English with its values: `TranslatableMessage("It has %(size)s.", size=3)`.

    It is collected for translators as if it were marked with `gettext`.
    """

    template: str
    values: dict[str, str]

    def __new__(cls, template: str, /, **values: Any) -> "TranslatableMessage":
        if isinstance(template, TranslatableMessage):
            return template
        texts = {
            name: value if isinstance(value, TranslatableMessage) else str(value)
            for name, value in values.items()
        }
        message = super().__new__(cls, template % texts if texts else template)
        message.template, message.values = template, texts
        return message

    def pack(self) -> list[Any]:
        """Return the message as JSON data for `unpack` in another process."""
        return [
            self.template,
            {
                name: value.pack() if isinstance(value, TranslatableMessage) else value
                for name, value in self.values.items()
            },
        ]

    @classmethod
    def unpack(cls, packed_message: list[Any]) -> "TranslatableMessage":
        """Rebuild a message from the result of `pack`."""
        template, values = packed_message
        return cls(
            template,
            **{
                name: cls.unpack(value) if isinstance(value, list) else value
                for name, value in values.items()
            },
        )

    def __reduce__(self) -> tuple[Any, ...]:
        return _restore_message, (self.pack(),)


def _restore_message(packed_message: list[Any]) -> TranslatableMessage:
    return TranslatableMessage.unpack(packed_message)


class TranslatableError(Exception):
    """An error whose message can be translated: `TranslatableError("It has %(size)s.", size=3)`."""

    def __init__(self, template: str, /, **values: Any) -> None:
        super().__init__(TranslatableMessage(template, **values))
