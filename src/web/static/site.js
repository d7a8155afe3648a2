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

  // Kept by a browser over a reload, these would speak of the gift before.
  each("input[name=form_id], input[data-proof]", (field) => field.setAttribute("autocomplete", "off"));

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

  // Some work before a gift, while somebody tries stolen cards: one of some thousand numbers is the right one.
  each("input[data-proof]", (field) => {
    const { form } = field;
    const { proof, proofTarget } = field.dataset;
    const status = form.querySelector("[data-proof-status]");
    const say = (what) => {
      if (status) status.textContent = status.dataset[what];
    };
    const [nonce, least, most, rounds] = proof.split(".");
    const encoded = (text) => new TextEncoder().encode(text);
    const digits = (buffer) =>
      Array.from(new Uint8Array(buffer), (byte) => byte.toString(16).padStart(2, "0")).join("");
    const find = async () => {
      const key = await crypto.subtle.importKey("raw", encoded(nonce), "PBKDF2", false, ["deriveBits"]);
      const leads = async (number) => {
        const how = { name: "PBKDF2", hash: "SHA-256", salt: encoded(String(number)), iterations: Number(rounds) };
        return digits(await crypto.subtle.deriveBits(how, key, 256)) === proofTarget;
      };
      // A few at a time, off the page's own thread: typing goes on as ever.
      for (let first = Number(least); first < Number(most); first += 16) {
        const numbers = Array.from({ length: 16 }, (_, step) => first + step);
        const right = (await Promise.all(numbers.map(leads))).indexOf(true);
        if (right >= 0) return first + right;
      }
      throw new Error("not found");
    };
    let waits = false;
    const work = async () => {
      say("working");
      try {
        field.value = `${proof}.${await find()}`;
        say("ready");
        if (waits) form.requestSubmit();
      } catch {
        // Too old a browser, or a page that is not encrypted: the link by e-mail is left.
        waits = false;
        say("failed");
      }
    };
    form.addEventListener("submit", (event) => {
      if (field.value || (event.submitter && event.submitter.value === "mail")) return;
      event.preventDefault();
      waits = true;
    });
    work();
  });

  // What is typed into an article is shown as it will look, a moment after the last key. Nothing of it can be pressed, and
  // its names and styles are not those of the page around it.
  each("form[data-live-url]", (form) => {
    const box = document.querySelector("[data-live]");
    const said = box.querySelector("[data-live-said]");
    const host = box.querySelector("[data-live-text]");
    const view = host.attachShadow({ mode: "open" });
    host.inert = true;
    let timer;
    let latest = 0;
    const show = async () => {
      const own = ++latest;
      let what = said.dataset.failed;
      try {
        const body = new URLSearchParams(new FormData(form));
        const answer = await fetch(form.dataset.liveUrl, { method: "POST", cache: "no-store", body });
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        if (own !== latest) return;
        const [main, problem] = [page.querySelector("main"), page.querySelector(".summary li")];
        if (answer.ok && !answer.redirected && main) {
          view.replaceChildren(...page.querySelectorAll("link[rel=stylesheet]"), ...main.childNodes);
          what = said.dataset.shown;
        } else if (problem) {
          what = problem.textContent;
        }
      } catch {
        // Offline: what was shown before stays.
      }
      if (own === latest) said.textContent = what;
    };
    form.elements.namedItem("text").addEventListener("input", () => {
      box.hidden = false;
      said.textContent = said.dataset.waiting;
      clearTimeout(timer);
      timer = setTimeout(show, 500);
    });
  });

  // A passkey: the page shows its form, the browser asks for it, and the form takes its answer along.
  const bytes = (text) =>
    Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
  const text = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer)))
      .replaceAll("+", "-")
      .replaceAll("/", "_")
      .replace(/=+$/, "");
  const known = (ids) => ids.map((id) => ({ type: "public-key", id: bytes(id) }));
  const making = (asked) => ({
    challenge: bytes(asked.challenge),
    rp: { id: asked.rpId, name: asked.rpName },
    user: { id: bytes(asked.userId), name: asked.userName, displayName: asked.displayName },
    pubKeyCredParams: asked.algorithms.map((alg) => ({ type: "public-key", alg })),
    authenticatorSelection: { userVerification: "required" },
    excludeCredentials: known(asked.exclude),
    attestation: "none",
    timeout: asked.timeoutMs,
  });
  const showing = (asked) => ({
    challenge: bytes(asked.challenge),
    rpId: asked.rpId,
    allowCredentials: known(asked.allow),
    userVerification: "required",
    timeout: asked.timeoutMs,
  });
  const answerOf = async (isNew) => {
    const url = isNew ? "/admin/passkeys/offer" : "/admin/passkeys/request";
    const asked = await fetch(url, { method: "POST", cache: "no-store" });
    if (!asked.ok) throw new Error("refused");
    const options = await asked.json();
    const { rawId, response } = isNew
      ? await navigator.credentials.create({ publicKey: making(options) })
      : await navigator.credentials.get({ publicKey: showing(options) });
    const clientData = text(response.clientDataJSON);
    if (isNew) return { clientData, authenticatorData: text(response.getAuthenticatorData()) };
    return {
      credential: text(rawId),
      clientData,
      authenticatorData: text(response.authenticatorData),
      signature: text(response.signature),
    };
  };
  if (self.PublicKeyCredential) {
    each("[data-passkey-with]", (box) => (box.hidden = false));
    each("[data-passkey-without]", (line) => (line.hidden = true));
    each("form[data-passkey]", (form) => {
      const field = form.elements.namedItem(form.dataset.passkeyField);
      const problem = form.querySelector("[data-passkey-problem]");
      const button = form.querySelector("button");
      form.hidden = false;
      form.addEventListener("submit", async (event) => {
        event.preventDefault();
        problem.hidden = true;
        button.disabled = true;
        try {
          field.value = JSON.stringify(await answerOf(form.dataset.passkey === "create"));
          return form.submit();
        } catch {
          // Turned down, or taking too long: the person decides what next.
          problem.hidden = false;
        }
        button.disabled = false;
      });
    });
  }

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
