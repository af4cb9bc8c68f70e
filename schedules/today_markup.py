"""The worklist's rows as markup, put together here and not by the template language, which would take most of the
time of the busiest page. Every text that is not ours is escaped."""

from collections.abc import Iterable
from html import escape
from uuid import UUID

from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from schedules.today_rows import Group, Mark, Row

# Stands for a patient in the addresses, which are looked up once and not for each row.
_SOMEBODY = str(UUID(int=0))


def rows_markup(groups: Iterable[Group], *, here: str, may_log: bool) -> SafeString:
    """The `<tbody>` of each group. `here` is the query string that leads the forms back to this list."""
    words = _Words(here, may_log)
    return mark_safe("".join(_group(group, words) for group in groups))  # noqa: S308 (escaped below)


class _Words:
    """The words of every row, looked up once."""

    def __init__(self, here: str, may_log: bool) -> None:
        self.here, self.may_log = escape(here), may_log
        self.address = {
            name: reverse(name, args=[_SOMEBODY])
            for name in ("patient", "log_injection", "book", "contact", "decide_close")
        }
        self.next = f'<span class="tag tag-now">{escape(_("Next"))}</span> '
        self.is_next = ' class="next"'
        self.years = escape(_("years"))
        self.log, self.book, self.contact = (escape(each) for each in (_("Log"), _("Book"), _("Contact")))
        self.close, self.of = escape(_("Close the record…")), escape(_("of"))
        self.for_, self.with_ = escape(_("for")), escape(_("with"))


def _group(group: Group, words: _Words) -> str:
    rows = "".join(_row(row, words) for row in group.rows)
    return (
        f'<tbody role="rowgroup"><tr role="row" class="group"><th role="rowheader" colspan="7" scope="rowgroup">'
        f'{escape(group.title)} <span class="count">{group.total}</span></th></tr>{rows}</tbody>'
    )


def _row(row: Row, words: _Words) -> str:
    name, patient = escape(row.name), words.address["patient"].replace(_SOMEBODY, row.uid)
    when = f"{words.next if row.is_next else ''}{escape(row.when)}{_tag(row.when_mark)}"
    look = " ahead" if row.ahead else "" if row.when else " lateness"
    note = f' <small class="nowrap">{escape(row.due_note)}</small>' if row.due_note else ""
    contact_when = f" <small>{escape(row.contact_when)}</small>" if row.contact_when else ""
    return (
        f'<tr role="row"{words.is_next if row.is_next else ""}>'
        f'<td role="cell" class="when{look}">{when}</td>'
        f'<th role="rowheader" scope="row" class="who"><a href="{patient}">{name}</a>'
        f"{row.age} {words.years} · {escape(row.record_number)}</th>"
        f'<td role="cell" class="plan">{escape(row.plan)} <small>{escape(row.dose)}</small></td>'
        f'<td role="cell" class="due">{escape(row.due)}{note}{_tag(row.due_mark)}</td>'
        f'<td role="cell" class="marks-cell">{_marks(row)}</td>'
        f'<td role="cell" class="opt">{escape(row.contact)}{contact_when}</td>'
        f'<td role="cell" class="do-cell"><div class="do">{_actions(row, name, words)}</div></td></tr>'
    )


def _tag(mark: Mark | None) -> str:
    if mark is None:
        return ""
    return (
        f'<span class="tag {mark.look}"><svg class="icon" aria-hidden="true"><use href="#i-{mark.icon}"/></svg>'
        f"{escape(mark.words)}</span>"
    )


def _marks(row: Row) -> str:
    phone = ""
    if row.phone:
        icon = '<svg class="icon" aria-hidden="true"><use href="#i-phone"/></svg>'
        phone = f'<span class="nowrap">{icon} {escape(row.phone)}</span>'
    if not row.marks:
        return phone
    return f'{phone}<div class="marks">{"".join(map(_tag, row.marks))}</div>'


def _actions(row: Row, name: str, words: _Words) -> str:
    """Log, Book, Contact: the likely one outlined, filled for the next patient. For who was said to be gone: close."""
    if row.likely == "close":
        close = words.address["decide_close"].replace(_SOMEBODY, row.uid)
        contact = words.address["contact"].replace(_SOMEBODY, row.uid) + words.here
        return _action(close, "btn-plain", words.close, f"{words.of} {name}") + (
            _action(contact, "btn-quiet", words.contact, f"{words.with_} {name}", " data-inline")
            if row.may_contact
            else ""
        )
    to = {action: url.replace(_SOMEBODY, row.uid) + words.here for action, url in words.address.items()}
    log = ""
    if words.may_log:
        look = "btn-primary" if row.is_next else "btn-plain" if row.likely == "log" else "btn-quiet"
        log = _action(to["log_injection"], look, words.log, f"{words.for_} {name}")
    book, contact = ("btn-plain" if row.likely == action else "btn-quiet" for action in ("book", "contact"))
    return (
        log
        + _action(to["book"], book, words.book, f"{words.for_} {name}", " data-inline")
        + _action(to["contact"], contact, words.contact, f"{words.with_} {name}", " data-inline")
    )


def _action(href: str, look: str, word: str, rest: str, more: str = "") -> str:
    hidden = f'<span class="visually-hidden"> {rest}</span>'
    return f'<a class="btn btn-sm {look}" href="{href}"{more}>{word}{hidden}</a>'
