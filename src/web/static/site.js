"use strict";
// Every page works without this file: it only saves people a slip or a wait.
(() => {
  const each = (selector, act) => document.querySelectorAll(selector).forEach(act);

  // A form that came back with errors: start reading at the summary.
  each("[data-focus]", (summary) => summary.focus());

  // A suggested amount and an own amount exclude each other.
  each("[data-amounts]", (box) => {
    const own = box.querySelector("[name=amount]");
    const other = box.querySelector("[name=amount_choice][value=other][type=radio]");
    if (!own || !other) return;
    box.addEventListener("change", (event) => {
      if (event.target.name === "amount_choice" && !other.checked) own.value = "";
    });
    // Only for a pointer: arrow keys must be able to move past this choice.
    other.addEventListener("click", (event) => event.detail > 0 && own.focus());
    own.addEventListener("input", () => {
      if (own.value) other.checked = true;
    });
  });

  // A double click is one gift; a changed form is a new one.
  each("form[data-once]", (form) => {
    const id = form.elements.namedItem("form_id");
    const renew = () => {
      if (id && self.crypto && crypto.randomUUID) id.value = crypto.randomUUID();
    };
    const hold = (held) => {
      for (const button of form.querySelectorAll("button[type=submit]")) button.disabled = held;
    };
    if (id && !id.value) renew();
    form.addEventListener("change", renew);
    form.addEventListener("submit", () => {
      setTimeout(hold, 0, true);
      setTimeout(hold, 5000, false);
    });
    addEventListener("pageshow", () => hold(false));
  });

  // The thanks page asks for the status: every 2 s at first, then ever less often, at most every 10 s.
  each("[data-status-url]", (page) => {
    const url = page.dataset.statusUrl;
    let wait = 2000;
    const ask = async () => {
      if (!document.hidden) {
        wait = Math.min(wait * 1.25, 10000);
        try {
          const answer = await fetch(url, { headers: { Accept: "application/json" }, cache: "no-store" });
          const status = answer.ok ? (await answer.json()).status : page.dataset.status;
          // Reload once for each new status, never in a circle.
          if (status !== page.dataset.status && sessionStorage.getItem(url) !== status) {
            sessionStorage.setItem(url, status);
            return location.reload();
          }
        } catch {
          // Offline or refused: the next turn asks again.
        }
      }
      setTimeout(ask, wait);
    };
    setTimeout(ask, wait);
  });
})();
