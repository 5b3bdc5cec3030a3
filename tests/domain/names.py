"""Names that are hard on whatever compares, quotes or sorts text, and Hypothesis strategies that make them."""

from hypothesis import strategies as st

from domain.fqn import Fqn

SCOPES = [
    ("itself", "s.db.public.card", "s.db.public.card", True),
    ("column", "s.db.public.card", "s.db.public.card.amount", True),
    ("sibling with the same prefix", "s.db.public.card", "s.db.public.cardtransaction", False),
    ("parent", "s.db.public.card", "s.db.public", False),
    ("underscore is no wildcard", "s.db.public.my_card", "s.db.public.myXcard.id", False),
    ("percent is no wildcard", "s.db.public.%", "s.db.public.card", False),
    ("star is no wildcard", "s.db.public.*", "s.db.public.card", False),
    ("backslash", "s.db.public.a\\", "s.db.public.a\\.id", True),
    ("other case", "s.db.public.card", "s.db.public.Card", False),
    ("dot inside a name", 's.db."public.card"', "s.db.public.card", False),
    ("dot inside the scope", 's.db."public.card"', 's.db."public.card".id', True),
    ("quote inside a name", 's."d""b"', 's."d""b".public', True),
    ("sibling that sorts before the dot", "s.db.public.card", "s.db.public.card-old", False),
    ("sibling that sorts after the dot", "s.db.public.card", "s.db.public.card0", False),
    ("name that is empty", 's.""', 's."".public', True),
    ("emoji", "s.🂡", "s.🂡.public", True),
    ("emoji with the same beginning", "s.🂡", "s.🂡🂡", False),
    ("accent written in one or two characters", "s.caf\u00e9", "s.cafe\u0301", False),
]
"""Case, scope, FQN, and whether the FQN lies inside the scope."""

_ODD = ["", "%", "_", "\\", '"', '""', ".", "..", "/", "-", " ", "*", "card", "cardtransaction", "card_", "CARD", "💳"]
storable_text = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=12)
odd_parts = st.lists(st.sampled_from(_ODD), min_size=1, max_size=3).map("".join) | storable_text
fqns = st.lists(odd_parts, min_size=1, max_size=5).map(lambda parts: Fqn(tuple(parts)))
near_fqns = st.lists(st.sampled_from(_ODD), min_size=1, max_size=3).map(lambda parts: Fqn(tuple(parts)))
"""From so few parts that many of them cover each other."""
