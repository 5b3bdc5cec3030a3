"""Column types that tables share."""

from sqlalchemy import DateTime, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

FqnText = Text(collation="C")
"""The text of an Fqn. Under collation C its order is by bytes, so a scope is one index range (see scope.py)."""

UtcDateTime = DateTime(timezone=True)
TextList = ARRAY(Text)
FqnList = ARRAY(FqnText)
Json = JSONB
