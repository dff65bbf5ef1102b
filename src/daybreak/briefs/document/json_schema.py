"""The JSON Schema of a document; ``python -m daybreak.briefs.document.json_schema`` prints it."""

import inspect
import re
import sys
from typing import Any

import orjson
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from daybreak.briefs.document.codec import adapter

_ENTRY = re.compile(r"^    (\w+): (.+(?:\n {8,}.+)*)", re.MULTILINE)


def schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of what `codec.encode` writes, described by the model's docstrings."""
    described = adapter().json_schema(mode="serialization", schema_generator=_Described)
    return {"$schema": _Described.schema_dialect, **described}


class _Described(GenerateJsonSchema):
    """A schema generator that moves the entries of an “Attributes:” section to their properties."""

    def dataclass_schema(self, schema: core_schema.DataclassSchema) -> JsonSchemaValue:
        result = super().dataclass_schema(schema)
        prose, _, attributes = (inspect.getdoc(schema["cls"]) or "").partition("\n\nAttributes:\n")
        result["description"] = _flowing(prose)
        for name, words in _ENTRY.findall(attributes):
            result["properties"][name]["description"] = _flowing(words)
        return result

    def field_is_required(
        self,
        field: core_schema.ModelField | core_schema.DataclassField | core_schema.TypedDictField,  # noqa: ARG002 - every field is written
        total: bool,  # noqa: ARG002, FBT001 - the signature is pydantic's
    ) -> bool:
        return True


def _flowing(prose: str) -> str:
    return " ".join(prose.replace("``", "`").split())


if __name__ == "__main__":
    sys.stdout.buffer.write(orjson.dumps(schema(), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
