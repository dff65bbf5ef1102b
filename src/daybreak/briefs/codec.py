"""The document as JSON and back.

A moment keeps its offset but not the name of its zone, which the document says once (``timezone``).
"""

from functools import cache

import orjson
from pydantic import TypeAdapter

from daybreak.briefs.model import Document


def encode(document: Document) -> bytes:
    """The document as one compact JSON object in UTF-8."""
    return orjson.dumps(document)


def decode(text: bytes | str) -> Document:
    """The document that `encode` wrote.

    Raises:
        pydantic.ValidationError: the text is not the JSON of a document.
    """
    return adapter().validate_json(text)


@cache
def adapter() -> TypeAdapter[Document]:
    """What pydantic knows about the document; made on first use, which takes a while."""
    return TypeAdapter(Document)
