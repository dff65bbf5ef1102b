"""The JSON Schema of a document; ``python -m daybreak.briefs.document.json_schema`` prints it."""

import inspect
import re
import sys
from typing import Any

import orjson
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from daybreak.briefs.document.codec import adapter

_ATTRIBUTE_ENTRY = re.compile(r"^    (\w+): (.+(?:\n {8,}.+)*)", re.MULTILINE)


def build_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of what `codec.encode` writes, described by the model's docstrings."""
    described = adapter().json_schema(mode="serialization", schema_generator=_DescribedSchema)
    return {"$schema": _DescribedSchema.schema_dialect, **described}


class _DescribedSchema(GenerateJsonSchema):
    """A schema generator that moves the entries of an “Attributes:” section to their properties."""

    def dataclass_schema(self, schema: core_schema.DataclassSchema) -> JsonSchemaValue:
        result = super().dataclass_schema(schema)
        prose, _, attributes = (inspect.getdoc(schema["cls"]) or "").partition("\n\nAttributes:\n")
        result["description"] = _unwrap(prose)
        for name, words in _ATTRIBUTE_ENTRY.findall(attributes):
            result["properties"][name]["description"] = _unwrap(words)
        return result

    def field_is_required(
        self,
        field: core_schema.ModelField | core_schema.DataclassField | core_schema.TypedDictField,  # noqa: ARG002 - every field is written
        total: bool,  # noqa: ARG002, FBT001 - the signature is pydantic's
    ) -> bool:
        return True


def _unwrap(prose: str) -> str:
    return " ".join(prose.replace("``", "`").split())


if __name__ == "__main__":
    sys.stdout.buffer.write(
        orjson.dumps(build_schema(), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    )
