// What the pages do beyond their HTML. Everything works without it; this makes it quicker.
(() => {
  "use strict";

  // "/" jumps to the patient search from anywhere but a field.
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input, textarea, select, [contenteditable]")) return;
    const find = document.querySelector("#find:not([hidden]), #q");
    if (find && find.offsetParent !== null) {
      event.preventDefault();
      find.focus();
    }
  });

  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-submit-on-change]")) event.target.form.requestSubmit();
  });

  // A field that belongs to some answers only (data-with names the question) is shown with those.
  const showWhatBelongs = () => {
    document.querySelectorAll("[data-with]").forEach((field) => {
      const chosen = field.form.elements[field.dataset.with].value;
      const belongs = field.dataset.values.split(" ").includes(chosen);
      field.closest(".mb-3").hidden = !belongs && !field.value;
    });
  };
  document.addEventListener("change", showWhatBelongs);
  showWhatBelongs();

  // A page made for paper offers to print itself; without script the browser's own menu does.
  document.querySelectorAll("[data-print]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  });

  // A second click on a form that is on its way does nothing; the server would refuse the copy anyway.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post" || "downloads" in form.dataset) return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "1";
  });
  // The back button brings the page back as it was left: forms may be sent again.
  window.addEventListener("pageshow", () => {
    document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent);
  });

  // Tapping a chosen score again clears it: not assessed.
  document.addEventListener("pointerdown", (event) => {
    const label = event.target.closest(".score label");
    const input = label && document.getElementById(label.htmlFor);
    if (input) input.dataset.wasChecked = input.checked ? "1" : "";
  });
  document.addEventListener("click", (event) => {
    if (event.target.matches("[data-dismiss-notice]")) {
      event.target.closest(".notice").remove();
      return;
    }
    if (event.target.matches(".score input[type=radio]") && event.target.dataset.wasChecked) {
      event.target.checked = false;
      event.target.dataset.wasChecked = "";
      event.target.dispatchEvent(new Event("change", { bubbles: true }));
    }
  });

  // A form that comes back unsaved: to the first field that has to be looked at.
  const wrong = document.querySelector("main [aria-invalid=true], main .is-invalid");
  if (wrong) {
    wrong.focus({ preventScroll: true });
    wrong.scrollIntoView({ block: "center" }); // Else it may lie under the bar of buttons.
  }

  // A row of the worklist opens in place; focus goes in, and back to where it came from when it closes.
  const closeRow = (row, refocus) => {
    const opener = document.querySelector("[data-inline][aria-expanded=true]");
    row.remove();
    if (opener) {
      opener.removeAttribute("aria-expanded");
      if (refocus) opener.focus();
    }
  };
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("a[data-inline]");
    if (event.target.closest("[data-close-inline]")) closeRow(event.target.closest("tr.inline"), true);
    if (!opener || !window.htmx || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    const wasOpen = opener.getAttribute("aria-expanded") === "true";
    document.querySelectorAll("tr.inline").forEach((row) => closeRow(row, false));
    if (wasOpen) return;
    opener.setAttribute("aria-expanded", "true");
    const path = new URL(opener.href);
    if (!path.searchParams.has("next")) path.searchParams.set("next", location.pathname + location.search);
    window.htmx.ajax("GET", path.pathname + path.search, { target: opener.closest("tr"), swap: "afterend" });
  });
  document.addEventListener("keydown", (event) => {
    const row = event.key === "Escape" && event.target.closest && event.target.closest("tr.inline");
    if (row) closeRow(row, true);
  });
  document.addEventListener("htmx:afterSettle", () => {
    const row = document.querySelector("tr.inline");
    if (row && !row.contains(document.activeElement)) {
      (row.querySelector("input[type=date]") || row.querySelector("a, button:not([hidden])")).focus();
    }
  });

  // The batch in words, as chosen or typed last; what was said of the one before goes.
  const sayBatch = (form, words) => {
    const said = form.querySelector("[data-said=batch]");
    if (!said) return;
    said.textContent = words || "–";
    const aside = form.querySelector("#batch-line .quiet");
    if (aside) aside.hidden = true;
  };

  // Logging a dose: a yes takes "no to all" back and the other way round; the words follow the fields.
  document.addEventListener("change", (event) => {
    const field = event.target;
    const form = field.closest(".log-form");
    if (!form) return;
    if (field.name === "no_to_all" && field.checked) {
      form.querySelectorAll("[name=yes]:checked").forEach((box) => { box.checked = false; });
    }
    if (field.name === "yes" && field.checked) form.querySelector("[name=no_to_all]").checked = false;
    if (field.matches("[data-same-as-last]") && field.checked) {
      form.querySelectorAll(".score .last").forEach((mark) => {
        document.getElementById(mark.closest("label").htmlFor).checked = true;
      });
    }
    if (field.matches(".score input")) {
      const same = form.querySelector("[data-same-as-last]");
      if (same) same.checked = false;
    }
    if (field.name === "batch_number" && field.value) {
      form.querySelectorAll("select[name=batch]").forEach((list) => { list.value = ""; });
      form.querySelectorAll("input[name=batch]").forEach((button) => { button.checked = false; });
      sayBatch(form, field.value);
    }
    if (field.name === "batch") {
      form.elements.batch_number.value = "";
      const words = field.options ? field.options[field.selectedIndex].text : field.closest("label").textContent.trim();
      sayBatch(form, field.value && words);
      return;
    }
    const said = form.querySelector(`[data-said="${field.name}"]`);
    if (said) said.textContent = field.options ? field.options[field.selectedIndex].text : field.value;
  });

  // A scanner types the barcode and ends with Enter: that reads the vial, it does not save the dose.
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !event.target.matches("[data-scan]") || !window.htmx) return;
    event.preventDefault();
    if (event.target.value) window.htmx.trigger(event.target, "scanned");
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.target.matches("[data-scan]")) event.target.value = "";
  });
})();
