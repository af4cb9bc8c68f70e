"""Products and batches on the clinic's shelf."""

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from b12tracker.clinic.forms import BatchForm, ProductForm, WithdrawalForm
from b12tracker.clinic.here import clinic_for
from patients.actions.products import add_batch, add_product, withdraw_batch
from patients.actions.records import ChangedMeanwhileError
from patients.models import Batch, Product
from patients.notices import notify
from patients.permissions import Action, allow, member_of
from schedules.batch_people import tallies


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
    batch = get_object_or_404(Batch.objects.select_related("product"), clinic=clinic, pk=pk)
    form = WithdrawalForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            withdraw_batch(batch=batch, reason=form.cleaned_data["reason"])
        except ChangedMeanwhileError:
            notify(request, _("Batch %s was withdrawn already.") % batch.number)
        else:
            notify(request, _("Batch %s is withdrawn and offered no more.") % batch.number)
        return redirect("batch", batch.pk)
    title = _("Withdraw batch %s") % batch.number
    context = {"form": form, "title": title, "save": _("Withdraw"), "back": "clinic_products"}
    return render(request, "clinic/form.html", context, status=422 if form.errors else 200)
