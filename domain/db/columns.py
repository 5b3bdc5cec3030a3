"""Column types that tables share."""

from sqlalchemy import DateTime, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

FqnText = Text(collation="C")
"""The text of an Fqn. Under collation C its order is by bytes, so a scope is one index range (see scope.py)."""

OrderedText = Text(collation="C")
"""Text by which a list is ordered: the same order on every machine, whatever its language."""

UtcDateTime = DateTime(timezone=True)
TextList = ARRAY(Text)
UuidList = ARRAY(Uuid)
FqnList = ARRAY(FqnText)
Json = JSONB
