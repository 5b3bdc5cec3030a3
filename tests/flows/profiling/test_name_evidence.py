import pytest

from flows.profiling.name_evidence import ColumnName, name_confidence
from flows.profiling.name_words import words_of


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
        ("sales.customer_key", "dim_customer.sk", 0.95),
        ("sales.customer_key", "retail_customer.sk", 0.75),
        ("orders.cust_id", "customer.id", 0.95 * 0.9),
        ("orders.cstmr_id", "customer.id", 0.6),
        ("orders.acct_no", "account.id", 0.95 * 0.9),
        ("orders.customerid", "customers.customerid", 0.95),
        ("orders.kunde", "kunden.nr", 0.95),
        ("orders.order_id", "orders.id", 0.0),
        ("line.order_id", "order_header.id", 0.65),
        ("customer.support_rep_id", "employee.id", 0.65),
        ("orders.salesrepid", "employees.id", 0.65),
        ("topic.locked_by", "accounts.id", 0.65),
        ("orders.locked_by", "product.id", 0.0),
        ("post.in_reply_to", "post.id", 0.7),
        ("task.next_task_id", "task.id", 0.7),
        ("account.invited_by", "account.id", 0.55),
        ("release.ship_via", "shipper.id", 0.6),
        ("release.curator", "worker.id", 0.6),
        ("release.number", "worker.id", 0.0),
        ("artist.type", "artist_type.id", 0.9),
        ("label.type", "artist_type.id", 0.6),
        ("worker.mgr_id", "worker.id", 0.7),
        ("staff.store_id", "store.manager_staff_id", 0.95 * 0.9),
        ("sale.product_name", "product.name", 0.75),
        ("customer.last_name", "country.name", 0.0),
        ("category.parent_id", "category.id", 0.7),
        ("employee.reports_to", "employee.id", 0.7),
        ("category.parent_category_id", "category.id", 0.85),
        ("customer.customer_id", "customer.customer_id", 0.0),
        ("customer.customer_id", "client.customer_id", 0.0),
        ("customer.id", "address.id", 0.0),
        ("orders.id", "customer.id", 0.0),
        ("orders.amount", "customer.id", 0.0),
        ("orders.card_id", "cardtransaction.id", 0.6),
        ("orders.card_ids", "card.id", 0.95),
        ("orders.parent_id", "customer.id", 0.0),
        ("orders.co_id", "country.id", 0.0),
    ],
)
def test_confidence_follows_the_shape_of_the_names(child: str, parent: str, confidence: float) -> None:
    table, column = child.split(".")
    parent_table, key = parent.split(".")
    found = name_confidence(ColumnName(table, column), ColumnName(parent_table, key))
    assert found == pytest.approx(confidence)
