"""Arguments of tools: declare them once, parse them strictly, and describe them as JSON Schema."""

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from claims.features.assistants.text_rendering import quote_text
from factcheck.api.query_values import MAX_ID, add_suggestion

Arguments = dict[str, Any]

_DAY_PATTERN = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


class ToolRefused(Exception):
    """A call's arguments are rejected; `str()` tells the assistant what to change."""


@dataclass(frozen=True, kw_only=True)
class Argument(ABC):
    """An argument that a tool accepts.

    Attributes:
        meaning: a sentence that explains the argument to assistants.
        examples: valid values, for assistants and tests.
    """

    name: str
    meaning: str
    required: bool = False
    default: Any = None
    examples: Sequence[Any] = ()

    @property
    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema of the argument."""
        default = {} if self.default is None else {"default": self.default}
        examples = {"examples": list(self.examples)} if self.examples else {}
        return {**self.value_schema, "description": self.meaning, **default, **examples}

    @property
    @abstractmethod
    def value_schema(self) -> dict[str, Any]:
        """Return the allowed values as JSON Schema."""

    @abstractmethod
    def read(self, value: Any) -> Any:
        """Return the parsed value of the argument.

        Raises:
            ToolRefused: the value is invalid.
        """

    def build_refusal(self, reason: str) -> ToolRefused:
        return ToolRefused(f"`{self.name}`: {reason}")


@dataclass(frozen=True, kw_only=True)
class TextArgument(Argument):
    maximum: int = 500

    @property
    def value_schema(self) -> dict[str, Any]:
        return {"type": "string", "minLength": 1, "maxLength": self.maximum}

    def read(self, value: Any) -> str:
        if not isinstance(value, str):
            raise self.build_refusal("give a string.")
        if len(value) > self.maximum:
            raise self.build_refusal(
                f"it has {len(value):,} characters; at most {self.maximum:,} are read. Send it in parts."
            )
        if not value.strip() or "\0" in value:
            raise self.build_refusal("it must contain words, and no NUL character.")
        return value


@dataclass(frozen=True, kw_only=True)
class NumberArgument(Argument):
    minimum: int = 1
    maximum: int = MAX_ID

    @property
    def value_schema(self) -> dict[str, Any]:
        return {"type": "integer", "minimum": self.minimum, "maximum": self.maximum}

    def read(self, value: Any) -> int:
        if isinstance(value, float) and value.is_integer():  # JSON does not distinguish 3 from 3.0
            value = int(value)
        if not isinstance(value, int) or isinstance(value, bool) or not self.minimum <= value <= self.maximum:
            raise self.build_refusal(f"give a whole number from {self.minimum} to {self.maximum}.")
        return value


@dataclass(frozen=True, kw_only=True)
class ChoiceArgument(Argument):
    choices: tuple[str, ...]

    @property
    def value_schema(self) -> dict[str, Any]:
        return {"type": "string", "enum": list(self.choices)}

    def read(self, value: Any) -> str:
        if value not in self.choices:
            problem = f"give one of {', '.join(self.choices)}."
            if isinstance(value, str):
                problem = add_suggestion(problem, value, self.choices)
            raise self.build_refusal(problem)
        return str(value)


@dataclass(frozen=True, kw_only=True)
class DayArgument(Argument):
    @property
    def value_schema(self) -> dict[str, Any]:
        return {"type": "string", "format": "date"}

    def read(self, value: Any) -> str:
        try:
            return date.fromisoformat(_DAY_PATTERN.fullmatch(value)[0]).isoformat()  # type: ignore[index]  # which is caught
        except (TypeError, ValueError):
            raise self.build_refusal("give a date such as 2026-05-01.") from None


def build_schema(arguments: Sequence[Argument]) -> dict[str, Any]:
    """Return the JSON Schema of a tool's arguments."""
    schema: dict[str, Any] = {
        "type": "object",
        "properties": {argument.name: argument.schema for argument in arguments},
        "additionalProperties": False,
    }
    if required_names := [argument.name for argument in arguments if argument.required]:
        schema["required"] = required_names
    return schema


def parse_arguments(arguments: Sequence[Argument], values: Mapping[str, Any]) -> Arguments:
    """Return the validated arguments. A missing argument gets its default or, without a default, is left out.

    Raises:
        ToolRefused: an argument is missing, unknown or of the wrong type.
    """
    known_arguments = {argument.name: argument for argument in arguments}
    for name in values:
        if name not in known_arguments:
            problem = add_suggestion(f"There is no argument {quote_text(name, 50)}.", name, known_arguments)
            raise ToolRefused(f"{problem} Known arguments: {', '.join(known_arguments)}.")
    result: Arguments = {}
    for name, argument in known_arguments.items():
        if values.get(name) is not None:
            result[name] = argument.read(values[name])
        elif argument.required:
            raise argument.build_refusal("it is required.")
        elif argument.default is not None:
            result[name] = argument.default
    return result
