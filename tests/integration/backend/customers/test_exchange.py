"""Customers, contacts and sites as files."""

from collections.abc import Iterator
from uuid import UUID

import pytest

from backend.customers import routes
from kernel.auth import Role
from tests.integration.backend.callers import TestClient, a_client

CUSTOMERS = "客户编号,客户名称,电话\nK-1,华东商场,+86 21 5555 0001\nK-2,=1+1,\n,Only by name,\n"
SITES = "customer,name,address,lon,lat\nK-1,北门,上海市静安区 1 号,121.45,31.23\n"
CONTACTS = "customer,name,phone,is_primary\nK-1,王,13800000001,true\nK-1,李,13800000002,false\n"


@pytest.fixture
def admin(tenant: UUID) -> Iterator[TestClient]:
    with a_client(tenant, Role.ADMIN, routes) as client:
        yield client


def send(client: TestClient, kind: str, table: str | bytes, **options: object) -> dict[str, object]:
    data = table.encode() if isinstance(table, str) else table
    answer = client.post(
        f"/customers/tables/{kind}", content=data, params=options, headers={"Content-Type": "application/octet-stream"}
    )
    assert answer.status_code == 200, answer.text
    report: dict[str, object] = answer.json()
    return report


def names(client: TestClient) -> list[str]:
    return [item["name"] for item in client.get("/customers").json()["items"]]


def test_a_dry_run_tells_and_changes_nothing(admin: TestClient) -> None:
    report = send(admin, "customers", CUSTOMERS, dry_run=True)

    assert (report["created"], report["failed"], report["applied"]) == (3, 0, False)
    assert names(admin) == []


@pytest.mark.parametrize("written_as", ["csv", "xlsx"])
@pytest.mark.parametrize("locale", ["zh", "en"])
def test_what_is_exported_is_imported_without_a_change(admin: TestClient, written_as: str, locale: str) -> None:
    for kind, table, count in (("customers", CUSTOMERS, 3), ("sites", SITES, 1), ("contacts", CONTACTS, 2)):
        assert send(admin, kind, table)["created"] == count
        assert send(admin, kind, table)["unchanged"] == count
        wanted = {"format": written_as, "locale": locale}
        file = admin.get(f"/customers/tables/{kind}", params=wanted).content

        again = send(admin, kind, file)

        assert (again["rows"], again["unchanged"]) == (count, count), again["problems"]


def test_a_second_import_changes_what_it_names_and_keeps_the_rest(admin: TestClient) -> None:
    send(admin, "customers", CUSTOMERS)

    report = send(admin, "customers", "number,name\nK-1,华东广场\n")

    assert report["updated"] == 1
    (found,) = admin.get("/customers", params={"q": "K-1"}).json()["items"]
    assert (found["name"], found["phone"], found["version"]) == ("华东广场", "+86 21 5555 0001", 2)


def test_one_bad_row_and_nothing_changes_unless_the_good_ones_are_taken(admin: TestClient) -> None:
    table = "number,name,email\nK-1,good,\nK 2,bad number,\nK-3,bad mail,x\n"

    report = send(admin, "customers", table)

    assert (report["applied"], report["failed"]) == (False, 2)
    assert [(item["row"], item["column"]) for item in report["problems"]] == [(3, "number"), (4, "email")]  # type: ignore[attr-defined]
    assert names(admin) == []
    assert send(admin, "customers", table, take_good_rows=True)["applied"] is True
    assert names(admin) == ["good"]


def test_a_site_of_an_unknown_customer_is_told_by_its_row(admin: TestClient) -> None:
    report = send(admin, "sites", SITES)

    assert report["problems"] == [{"row": 2, "column": None, "text": "No customer has the number K-1."}]


def test_a_name_that_two_customers_have_needs_a_number(admin: TestClient) -> None:
    send(admin, "customers", "number,name\nK-1,same\nK-2,same\n")

    report = send(admin, "customers", "name,note\nsame,x\n")

    assert report["failed"] == 1
    assert send(admin, "customers", "number,name,note\nK-2,same,x\n")["updated"] == 1


def test_one_primary_contact_after_an_import(admin: TestClient) -> None:
    send(admin, "customers", CUSTOMERS)
    send(admin, "contacts", CONTACTS)

    report = send(admin, "contacts", "customer,name,is_primary\nK-1,李,true\n")

    assert report["updated"] == 1
    (customer,) = admin.get("/customers", params={"q": "K-1"}).json()["items"]
    contacts = admin.get(f"/customers/{customer['id']}/contacts").json()["items"]
    assert [(item["name"], item["is_primary"]) for item in contacts] == [("李", True), ("王", False)]


@pytest.mark.parametrize(
    ("table", "status"),
    [("", 422), ("number\nK-1\n", 422), ("name,colour\nx,red\n", 422), ("name\n" + "x\n" * 10_001, 413)],
)
def test_a_file_that_is_no_such_table_is_refused(admin: TestClient, table: str, status: int) -> None:
    answer = admin.post("/customers/tables/customers", content=table.encode(), headers={"Content-Type": "text/csv"})

    assert answer.status_code == status
    assert names(admin) == []


def test_an_agent_neither_imports_nor_exports(tenant: UUID) -> None:
    with a_client(tenant, Role.AGENT, routes) as agent:
        assert agent.get("/customers/tables/customers").status_code == 403
        assert agent.post("/customers/tables/customers", content=b"name\nx\n").status_code == 403
