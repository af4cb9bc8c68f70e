"""The second wall: what the application's role can do with SQL of its own, whatever a view forgets."""

from collections.abc import Iterator

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction
from django.db.models import Model
from psycopg_pool import ConnectionPool

from patients.models import AccessLog, Injection, LabResult, Patient
from patients.scope import set_local_scope
from patients.walls import DELETABLE, has_row_security, is_history
from schedules.models import Flag, Message
from tests.access.world import Side, make_side

CLINICAL = [
    "patients_injection",
    "patients_labresult",
    "patients_assessment",
    "patients_checkin",
    "patients_patient",
    "schedules_decision",
]


def run(statement: str, *parameters: object) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchall() if cursor.description else []


def refused(statement: str) -> str:
    """The database's words when it refuses; a statement that goes through fails the test."""
    with pytest.raises(DatabaseError) as caught, transaction.atomic():
        run(statement)
    return str(caught.value)


@pytest.fixture
def two_sides(db: None) -> tuple[Side, Side]:
    theirs = make_side("Theirs", "Quillfeather")
    return make_side("Ours", "Brambleby"), theirs


def secured_tables() -> list[str]:
    return sorted(model._meta.db_table for model in apps.get_models() if has_row_security(model))


def test_tables_of_patients_are_secured() -> None:
    for model in (Patient, Injection, LabResult, Flag, Message, AccessLog):
        assert model._meta.db_table in secured_tables()
    assert [table for table in secured_tables() if table.endswith("event")]


@pytest.mark.parametrize("table", secured_tables())
def test_another_clinics_rows_do_not_exist(table: str, two_sides: tuple[Side, Side]) -> None:
    ours, theirs = two_sides
    set_local_scope([ours.clinic.pk])
    assert run(f'SELECT clinic_id FROM "{table}" WHERE clinic_id = %s', theirs.clinic.pk) == []  # noqa: S608
    assert {row[0] for row in run(f'SELECT DISTINCT clinic_id FROM "{table}"')} <= {ours.clinic.pk}  # noqa: S608


def test_without_a_scope_there_is_nobody(two_sides: tuple[Side, Side]) -> None:
    assert run("SELECT count(*) FROM patients_patient") == [(1,)]
    set_local_scope([])
    assert run("SELECT count(*) FROM patients_patient") == [(0,)]
    run("RESET app.clinics")
    assert run("SELECT count(*) FROM patients_patient") == [(0,)]


def test_a_row_cannot_be_put_into_or_moved_to_another_clinic(two_sides: tuple[Side, Side]) -> None:
    ours, theirs = two_sides
    set_local_scope([ours.clinic.pk])
    with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
        Patient.objects.filter(pk=ours.patient.pk).update(clinic=theirs.clinic)
    set_local_scope([ours.clinic.pk, theirs.clinic.pk])
    with pytest.raises(DatabaseError, match="same_clinic"), transaction.atomic():
        Injection.objects.filter(pk=ours.injection.pk).update(clinic=theirs.clinic)


@pytest.mark.parametrize(
    "table", [*CLINICAL, "patients_accesslog", "patients_injectionevent", "patients_patientevent"]
)
@pytest.mark.parametrize("statement", ["DELETE FROM", "TRUNCATE"])
def test_nothing_can_be_deleted(statement: str, table: str, two_sides: tuple[Side, Side]) -> None:
    assert "permission denied" in refused(f"{statement} {table}")


def every_kept_table() -> Iterator[type[Model]]:
    for model in apps.get_models():
        if model._meta.app_label in {"patients", "schedules"} and model._meta.label not in DELETABLE:
            yield model


@pytest.mark.django_db
def test_no_kept_table_grants_deletion() -> None:
    for model in every_kept_table():
        granted = run("SELECT has_table_privilege(%s, 'DELETE, TRUNCATE')", model._meta.db_table)
        assert granted == [(False,)], model._meta.label


@pytest.mark.django_db
def test_history_and_access_log_can_only_grow() -> None:
    for model in every_kept_table():
        if is_history(model) or model is AccessLog:
            assert run("SELECT has_table_privilege(%s, 'UPDATE')", model._meta.db_table) == [(False,)], model


def test_history_cannot_be_switched_off(two_sides: tuple[Side, Side]) -> None:
    ours, _ = two_sides
    count = "SELECT count(*) FROM patients_injectionevent"
    before = run(count)[0][0]
    run("SELECT set_config('pgtrigger.ignore', '{patients_injection:update_update,*}', true)")
    run("UPDATE patients_injection SET note = 'changed' WHERE id = %s", ours.injection.pk)
    assert run(count)[0][0] == before + 1
    assert "permission denied" in refused("SET session_replication_role = replica")
    assert "must be owner" in refused("ALTER TABLE patients_injection DISABLE TRIGGER ALL")
    assert "must be owner" in refused("ALTER TABLE patients_injection DISABLE ROW LEVEL SECURITY")


@pytest.mark.django_db
def test_the_applications_role_owns_nothing_and_passes_nothing() -> None:
    role = (
        "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb FROM pg_roles WHERE rolname = current_user"
    )
    assert run(role) == [(False, False, False, False)]
    assert run("SELECT count(*) FROM pg_tables WHERE tableowner = current_user") == [(0,)]


@pytest.mark.django_db(transaction=True)
def test_a_pooled_connection_forgets_whose_it_was() -> None:
    """One connection, two users in turn: the second sees nothing of the first's clinic."""
    with transaction.atomic():
        ours = make_side("Ours", "Brambleby")
    with transaction.atomic():
        theirs = make_side("Theirs", "Quillfeather")
    wanted = {"dbname", "user", "password", "host", "port"}
    address = {key: value for key, value in connection.get_connection_params().items() if key in wanted}
    scope, count = "SELECT set_config('app.clinics', %s, true)", "SELECT family_name FROM patients_patient"
    with ConnectionPool(kwargs=address, min_size=1, max_size=1, open=True) as pool:
        for side in (ours, theirs, ours):
            with pool.connection() as one, one.transaction():
                one.execute(scope, [str(side.clinic.pk)])
                assert one.execute(count).fetchall() == [(side.secret,)]
            with pool.connection() as after:
                assert after.execute(count).fetchall() == []
