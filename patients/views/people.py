"""Register and edit a patient."""

from typing import Any

from django.contrib.auth import get_user_model
from django.core.exceptions import BadRequest, PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from patients.actions.access import log_access
from patients.actions.once import AlreadySubmittedError, recorded_before
from patients.actions.people import NumberTakenError, likely_same_person
from patients.actions.people import edit_patient as edit
from patients.actions.people import register_patient as register
from patients.actions.records import ChangedMeanwhileError
from patients.forms.people import PatientForm, RegisterForm
from patients.models import Clinic, Patient, PatientIdentifier
from patients.models.patient import EARLIER_NUMBER
from patients.notices import notify
from patients.permissions import Action, Role, allow, clinic_here, member_of, patient_or_404
from patients.views.page import patient_context


def physicians_of(clinic: Clinic) -> QuerySet[Any]:
    """The clinic's physicians who may sign in."""
    return (
        get_user_model()
        .objects.filter(
            is_active=True,
            clinic_roles__clinic=clinic,
            clinic_roles__role=Role.PHYSICIAN.value,
            clinic_roles__active=True,
        )
        .order_by("name")
    )


def kinds_of_number(clinic: Clinic) -> list[str]:
    """Kinds of further numbers to choose from: those in use in the clinic, then the usual ones; others may be typed."""
    rows = PatientIdentifier.objects.current().filter(clinic=clinic).exclude(system=EARLIER_NUMBER)
    used = rows.order_by("system").values_list("system", flat=True).distinct()[:20]
    return list(dict.fromkeys([*used, _("NHS number"), _("Hospital number"), _("Laboratory number")]))


@allow(Action.EDIT_IDENTITY, section="patient_search")
def register_patient(request: HttpRequest) -> HttpResponse:
    """A form; a likely same person is shown first, and the same form sent twice registers once."""
    clinic = clinic_here(request)
    if not member_of(request).may(Action.EDIT_IDENTITY):
        raise PermissionDenied(_("You may register patients in another clinic of yours, not in this one."))
    if done := recorded_before(token=request.POST.get("token"), by=request.user):
        return redirect("patient", done)
    form = RegisterForm(request.POST or None, clinic=clinic, physicians=physicians_of(clinic))
    alike: list[Patient] = []
    if request.method == "POST" and form.is_valid():
        fields = form.identity
        if not form.cleaned_data["someone_else"]:
            alike = list(
                likely_same_person(
                    clinic=clinic,
                    birth_date=fields["birth_date"],
                    name=f"{fields['family_name']} {fields['given_name']}",
                    numbers=[fields["record_number"], *(number for _kind, number in form.numbers)],
                ).select_related("schedule", "merged_into")
            )
        if not alike:
            try:
                patient = register(
                    clinic=clinic,
                    fields=fields,
                    consent=form.consent_given,
                    numbers=form.numbers,
                    token=form.cleaned_data["token"],
                    by=request.user,
                )
            except AlreadySubmittedError as again:
                if not again.result:
                    raise BadRequest("the token is somebody else's") from again
                return redirect("patient", again.result)
            except NumberTakenError as error:
                form.add_error(error.field, str(error))
            else:
                notify(request, _("%(name)s is registered.") % {"name": patient.name})
                return redirect("patient", patient.uid)
    context = {"form": form, "alike": alike, "kinds_of_number": kinds_of_number(clinic)}
    return render(request, "patients/register.html", context, status=422 if form.errors else 200)


@allow(Action.EDIT_IDENTITY, section="patient_search")
def edit_patient(request: HttpRequest, uid: str) -> HttpResponse:
    """Identity and contact data. If someone else saved first, says what is now on record and keeps the typing."""
    patient = patient_or_404(request, uid, Action.EDIT_IDENTITY)
    clinic = patient.clinic
    if recorded_before(token=request.POST.get("token"), by=request.user) is not None:
        return redirect("patient", patient.uid)
    form = PatientForm(
        request.POST or None,
        instance=Patient.objects.get(pk=patient.pk),
        clinic=clinic,
        physicians=physicians_of(clinic),
    )
    changed: list[tuple[str, Any]] = []
    if request.method == "POST" and form.is_valid():
        try:
            edit(
                patient=patient,
                version=form.cleaned_data["version"] or 0,
                fields=form.identity,
                consent=form.consent_given,
                numbers=form.numbers,
                token=form.cleaned_data["token"],
                by=request.user,
            )
        except AlreadySubmittedError:
            return redirect("patient", patient.uid)
        except NumberTakenError as error:
            form.add_error(error.field, str(error))
        except ChangedMeanwhileError:
            changed = _on_record(patient, form)
            form.data = request.POST.copy()
            form.data["version"] = str(patient.version)
        else:
            notify(request, _("Name, contact and consent are saved."))
            return redirect("patient", patient.uid)
    if request.method == "GET":
        log_access(request, patient, "name and contact")
    context = patient_context(request, patient) | {
        "form": form,
        "changed": changed,
        "kinds_of_number": kinds_of_number(clinic),
    }
    return render(
        request, "patients/edit.html", context, status=409 if changed else 422 if form.errors else 200
    )


def _on_record(patient: Patient, form: PatientForm) -> list[tuple[str, Any]]:
    """The fields whose value on record differs from what was typed, with the value on record."""
    differs = [
        (str(form.fields[name].label or name), getattr(patient, name) or "–")
        for name, typed in form.identity.items()
        if getattr(patient, name) != typed
    ]
    rows = PatientIdentifier.objects.current().filter(patient=patient).exclude(system=EARLIER_NUMBER)
    numbers = [(row.system, row.value) for row in rows.order_by("pk")]
    if set(numbers) != set(form.numbers):
        said = ", ".join(f"{kind} {number}" for kind, number in numbers)
        differs.append((_("Other numbers"), said or "–"))
    return differs
