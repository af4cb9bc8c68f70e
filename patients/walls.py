"""The walls in the database: what the application's role may do to each table, and which rows it sees.

Installed after every `migrate` by the owner's role, from the models themselves, so a new table cannot be
forgotten: a table with patients' rows gets row-level security by clinic; history and access log can only be
added to; clinical rows can never be deleted; nobody can switch the history triggers off.
"""

from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connections
from django.db.models import Model

# Derived rows that are thrown away and rebuilt; settings of the clinic that may be taken back.
DELETABLE = {
    "schedules.PatientSchedule",
    "schedules.OpenEvent",
    "schedules.Forecast",
    "schedules.IndicatorCount",
    "schedules.CalendarFeed",
    "patients.ClosedDate",
}
# Read before a clinic scope exists (to make it), or about no patient.
ACROSS_CLINICS = {
    "patients.ClosedDate",
    "patients.ClinicRole",
    "patients.ClinicDefaults",
    "schedules.JobRun",
    "schedules.CalendarFeed",
}
APPEND_ONLY = {"patients.AccessLog"}
OWN_APPS = {"patients", "schedules"}

# The sub-select is evaluated once per statement, and an index on clinic_id can use its result.
_VISIBLE = (
    "clinic_id = ANY ((SELECT string_to_array(nullif(current_setting('app.clinics', true), ''), ',')::bigint[])"
    "::bigint[])"
)


def is_history(model: type[Model]) -> bool:
    """Whether the model keeps the versions of another one."""
    return hasattr(model, "pgh_tracked_model")


def privileges(model: type[Model]) -> str:
    """What the application's role may do to the model's table."""
    label = model._meta.label
    if is_history(model) or label in APPEND_ONLY:
        return "SELECT, INSERT"
    if model._meta.app_label in OWN_APPS and label not in DELETABLE or label == "accounts.User":
        return "SELECT, INSERT, UPDATE"
    return "SELECT, INSERT, UPDATE, DELETE"


def has_row_security(model: type[Model]) -> bool:
    """Whether the model's rows belong to one clinic's patients and must be invisible to the others."""
    names = {field.name for field in model._meta.get_fields()}
    return model._meta.app_label in OWN_APPS and "clinic" in names and model._meta.label not in ACROSS_CLINICS


def _statements(model: type[Model], role: str) -> list[str]:
    table = model._meta.db_table
    found = [
        f'REVOKE ALL ON "{table}" FROM "{role}"',
        f'GRANT {privileges(model)} ON "{table}" TO "{role}"',
    ]
    if has_row_security(model):
        found += [
            f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY',
            f'DROP POLICY IF EXISTS by_clinic ON "{table}"',
            f'CREATE POLICY by_clinic ON "{table}" USING ({_VISIBLE}) WITH CHECK ({_VISIBLE})',
        ]
    return found + [_same_clinic(table, column) for column in _patient_columns(model)]


def _patient_columns(model: type[Model]) -> list[str]:
    """The columns that name a patient, of a table whose rows belong to a clinic."""
    fields = {field.name: field for field in model._meta.concrete_fields}
    if "clinic" not in fields or model._meta.app_label not in OWN_APPS or is_history(model):
        return []
    return [
        str(field.column)
        for field in fields.values()
        if field.related_model is not None and field.related_model._meta.label == "patients.Patient"  # type: ignore[union-attr]
    ]


def _same_clinic(table: str, column: str) -> str:
    """A row's clinic is that of the patient it names, or the row is refused."""
    name = "_".join([table, *([] if column == "patient_id" else [column]), "same_clinic"])[:63]
    add = (
        f'ALTER TABLE "{table}" ADD CONSTRAINT "{name}" FOREIGN KEY ("{column}", clinic_id) '
        "REFERENCES patients_patient (id, clinic_id)"
    )
    missing = f"NOT EXISTS (SELECT FROM pg_constraint WHERE conname = '{name}')"
    return f"DO $$ BEGIN IF {missing} THEN {add}; END IF; END $$"


def install_walls(using: str = "owner") -> None:
    """Grant, revoke, secure. Safe to run again; needs the role that owns the tables."""
    connection = connections[using]
    role = settings.DATABASES["default"]["USER"]
    if role == connection.settings_dict["USER"]:
        raise RuntimeError(
            "DATABASE_URL and DATABASE_ADMIN_URL use the same role. The application must not own its tables."
        )
    with connection.cursor() as cursor:
        existing = set(connection.introspection.table_names(cursor))
        for model in apps.get_models(include_auto_created=True):
            if model._meta.db_table in existing:
                for statement in _statements(model, role):
                    cursor.execute(statement)
        cursor.execute(f'GRANT SELECT, INSERT, UPDATE, DELETE ON "b12tracker_cache" TO "{role}"')
        cursor.execute(f'GRANT SELECT ON django_migrations TO "{role}"')
        cursor.execute(f'GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO "{role}"')
        cursor.execute(
            "CREATE OR REPLACE FUNCTION _pgtrigger_should_ignore(trigger_name NAME) RETURNS BOOLEAN "
            "LANGUAGE sql IMMUTABLE AS 'SELECT false'"
        )


def after_migrate(*, using: str, **_: Any) -> None:
    """post_migrate of the last app: the tables are there, put the walls round them."""
    from django.core.management import call_command

    if using != "owner":
        return
    call_command("createcachetable", database="owner", verbosity=0)
    install_walls(using)
