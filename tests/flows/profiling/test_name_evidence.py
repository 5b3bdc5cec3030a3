import pytest

from flows.profiling.name_evidence import name_confidence, words_of


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("customer_id", ("customer", "id")),
        ("CustomerIDs", ("customer", "id")),
        ("HTTPServer", ("http", "server")),
        ("companies", ("company",)),
        ("addresses", ("address",)),
        ("boxes", ("box",)),
        ("status", ("status",)),
        ("as", ("as",)),
        ("line2", ("line", "2")),
        ("Größe", ("größe",)),
        ("_", ()),
    ],
)
def test_words_are_lower_case_and_singular(name: str, words: tuple[str, ...]) -> None:
    assert words_of(name) == words


@pytest.mark.parametrize(
    ("child", "parent", "confidence"),
    [
        ("rental.customer_id", "customer.customer_id", 0.95),
        ("Invoices.CustomerId", "Customers.Id", 0.95),
        ("orders.fk_customer", "customer.id", 0.95),
        ("orders.country", "countries.code", 0.95),
        ("invoice.billing_address_id", "address.id", 0.85),
        ("store.manager_staff_id", "staff.staff_id", 0.85),
        ("orders.customer_number", "client.customer_number", 0.8),
        ("sales.customer_key", "dim_customer.sk", 0.75),
        ("orders.cust_id", "customer.id", 0.6),
        ("orders.acct_no", "account.id", 0.6),
        ("category.parent_id", "category.id", 0.7),
        ("employee.reports_to", "employee.id", 0.7),
        ("category.parent_category_id", "category.id", 0.85),
        ("customer.customer_id", "customer.customer_id", 0.0),
        ("customer.customer_id", "client.customer_id", 0.0),
        ("customer.id", "address.id", 0.0),
        ("orders.id", "customer.id", 0.0),
        ("orders.amount", "customer.id", 0.0),
        ("orders.card_id", "cardtransaction.id", 0.6),
        ("orders.parent_id", "customer.id", 0.0),
        ("orders.co_id", "country.id", 0.0),
    ],
)
def test_confidence_follows_the_shape_of_the_names(child: str, parent: str, confidence: float) -> None:
    table, column = child.split(".")
    parent_table, key = parent.split(".")
    assert name_confidence(table=table, column=column, parent=parent_table, key=key) == confidence
