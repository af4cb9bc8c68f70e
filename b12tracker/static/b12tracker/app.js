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

  // A second click on a form that is on its way does nothing; the server would refuse the copy anyway.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post") return;
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
})();
