"""Products and batches on the clinic's shelf."""

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from b12tracker.clinic.forms import BatchForm, ProductForm, ReinstatementForm, WithdrawalForm
from b12tracker.clinic.here import clinic_for
from patients.actions.products import add_batch, add_product, reinstate_batch, withdraw_batch
from patients.actions.records import ChangedMeanwhileError
from patients.batches import WhichBatch
from patients.models import Batch, Clinic, Product
from patients.notices import notify
from patients.permissions import Action, allow, member_of
from schedules.batch_people import tallies, tally


@require_safe
@allow(Action.LOOK_UP_BATCH, section="clinic")
def products(request: HttpRequest) -> HttpResponse:
    """Every product with its batches, the newest expiry first, and how many doses came from each."""
    clinic = clinic_for(request, Action.LOOK_UP_BATCH)
    doses = Count("injections", filter=Q(injections__error_at__isnull=True))
    batches = Batch.objects.filter(clinic=clinic).select_related("product").annotate(doses=doses)
    shelf: dict[Product, list[Batch]] = {
        row: [] for row in Product.objects.filter(clinic=clinic).order_by("name")
    }
    for batch in batches.order_by("-expires_on", "number"):
        shelf[batch.product].append(batch)
    member = member_of(request)
    counts = tallies(clinic)
    context = {
        "shelf": [
            (product, [(each, counts.get(each.pk)) for each in rows]) for product, rows in shelf.items()
        ],
        "left": [
            (each, counts[each.pk])
            for rows in shelf.values()
            for each in rows
            if each.pk in counts and counts[each.pk].left
        ],
        "today": clinic.today(),
        "may_change": member.may(Action.MANAGE_PRODUCTS),
        "may_manage": member.may(Action.MANAGE_CLINIC),
    }
    return render(request, "clinic/products.html", context)


@allow(Action.MANAGE_PRODUCTS, section="clinic")
def new_product(request: HttpRequest) -> HttpResponse:
    """Add a product."""
    clinic = clinic_for(request, Action.MANAGE_PRODUCTS)
    form = ProductForm(request.POST or None, clinic=clinic)
    if request.method == "POST" and form.is_valid():
        product = add_product(clinic=clinic, fields=form.cleaned_data)
        notify(request, _("%s is on the shelf. Add its first batch.") % product.name)
        return redirect("clinic_new_batch")
    context = {"form": form, "title": _("Add a product"), "save": _("Add"), "back": "clinic_products"}
    return render(request, "clinic/form.html", context, status=422 if form.errors else 200)


@allow(Action.MANAGE_PRODUCTS, section="clinic")
def new_batch(request: HttpRequest) -> HttpResponse:
    """Add a batch."""
    clinic = clinic_for(request, Action.MANAGE_PRODUCTS)
    form = BatchForm(request.POST or None, clinic=clinic, today=clinic.today())
    if request.method == "POST" and form.is_valid():
        batch = add_batch(**form.cleaned_data)
        notify(request, _("Batch %s can be given.") % batch.number)
        return redirect("clinic_products")
    context = {"form": form, "title": _("Add a batch"), "save": _("Add"), "back": "clinic_products"}
    return render(request, "clinic/form.html", context, status=422 if form.errors else 200)


@allow(Action.MANAGE_PRODUCTS, section="clinic")
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Withdraw a batch, with the reason."""
    clinic = clinic_for(request, Action.MANAGE_PRODUCTS)
    batch = _batch(clinic, pk)
    form = WithdrawalForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            withdraw_batch(batch=batch, reason=form.cleaned_data["reason"])
        except ChangedMeanwhileError:
            notify(request, _("Batch %s was withdrawn already.") % batch.number)
        else:
            notify(request, _("Batch %s is withdrawn and offered no more.") % batch.number)
        return redirect("batch", batch.pk)
    left_over = Batch.objects.filter(
        product=batch.product, withdrawn_at__isnull=True, expires_on__gte=clinic.today()
    )
    context = {
        "form": form,
        "title": _("Withdraw batch %s") % batch.number,
        "save": _("Withdraw"),
        "back": "clinic_products",
        "batch": batch,
        "tally": tally(WhichBatch.on_shelf(batch)),
        "left_over": left_over.exclude(pk=batch.pk).order_by("expires_on", "number"),
    }
    return render(request, "clinic/withdraw.html", context, status=422 if form.errors else 200)


@allow(Action.MANAGE_PRODUCTS, section="clinic")
def reinstate(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a withdrawn batch back into use: the reason, then a second page that asks whether it is meant."""
    clinic = clinic_for(request, Action.MANAGE_PRODUCTS)
    batch = _batch(clinic, pk)
    if batch.withdrawn_at is None:
        notify(request, _("Batch %s is in use already.") % batch.number)
        return redirect("batch", batch.pk)
    form = ReinstatementForm(request.POST or None)
    asks = request.method == "POST" and form.is_valid()
    if asks and form.cleaned_data["sure"]:
        try:
            reinstate_batch(batch=batch, reason=form.cleaned_data["reason"])
        except ChangedMeanwhileError:
            notify(request, _("Batch %s was changed by someone else meanwhile. Look again.") % batch.number)
        else:
            notify(request, _("Batch %s is back in use and offered again.") % batch.number)
        return redirect("batch", batch.pk)
    if asks:
        sure = {"reason": form.cleaned_data["reason"], "sure": True}
        form = ReinstatementForm(initial=sure)
    context = {
        "form": form,
        "asks": asks,
        "title": _("Put batch %s back into use") % batch.number,
        "save": _("Put back into use") if asks else _("Go on…"),
        "back": "clinic_products",
        "batch": batch,
        "withdrawn_on": batch.withdrawn_at.astimezone(clinic.tz).date(),
    }
    return render(request, "clinic/reinstate.html", context, status=422 if form.errors else 200)


def _batch(clinic: Clinic, pk: int) -> Batch:
    """A batch of the clinic; another's is not found."""
    return get_object_or_404(Batch.objects.select_related("product", "clinic"), clinic=clinic, pk=pk)
