"""The document as JSON and back.

An instant keeps its offset but not the name of its zone, which the document has in ``timezone``.
"""

from functools import cache

import orjson
from pydantic import TypeAdapter

from daybreak.briefs.document.model import Document


def encode(document: Document) -> bytes:
    """Return the document as one compact JSON object in UTF-8."""
    return orjson.dumps(document)


def decode(text: bytes | str) -> Document:
    """Return the document that `encode` wrote.

    Raises:
        pydantic.ValidationError: the text is not the JSON of a document.
    """
    return adapter().validate_json(text)


@cache
def adapter() -> TypeAdapter[Document]:
    """Return pydantic's adapter of the document; built on first use because that is slow."""
    return TypeAdapter(Document)
