"use strict";
// Shows the form of this site in the place of the script's own element, in a frame that is as tall as the form:
//   <script src="https://give.example.org/embed.js" data-campaign="press-fund" async></script>
(() => {
  const script = document.currentScript;
  const { campaign, amount, currency, frequency, tier, from, language, accent, theme, title } = script.dataset;
  if (!campaign) throw new Error("embed.js: data-campaign does not say which form to show");
  const titles = {
    en: "Donation form",
    fr: "Formulaire de don",
    de: "Spendenformular",
    es: "Formulario de donación",
    pt: "Formulário de doação",
    ru: "Форма пожертвования",
    ar: "نموذج التبرع",
  };
  const site = new URL(script.src).origin;
  const lang = language || document.documentElement.lang;
  const name = title || titles[lang.toLowerCase().split("-")[0]] || titles.en;
  const query = (values) => new URLSearchParams(Object.entries(values).filter(([, value]) => value));
  const chosen = { amount, currency, frequency, tier, from, lang };
  const origin = { utm_source: location.hostname, utm_medium: "embed" };

  const frame = document.createElement("iframe");
  const looks = { accent: accent && accent.replace("#", ""), theme, parent: location.origin };
  frame.title = name;
  Object.assign(frame.style, { display: "block", width: "100%", height: "60rem", border: "0" });
  frame.src = `${site}/embed/${encodeURIComponent(campaign)}?${query({ ...chosen, ...origin, ...looks })}`;

  // For a page that the site lets show no frame: the way to the form that is always there.
  const link = document.createElement("a");
  link.href = `${site}/donate?${query({ campaign, ...chosen, ...origin })}`;
  link.textContent = name;
  link.hidden = true;

  let heard = false;
  addEventListener("message", ({ origin: sender, source, data }) => {
    if (sender !== site || source !== frame.contentWindow || !data || data.mainstay !== "height") return;
    const height = Number(data.height);
    if (!(height > 0 && height < 20000)) return;
    heard = true;
    link.hidden = true;
    frame.style.height = `${Math.ceil(height)}px`;
  });
  frame.addEventListener("load", () => setTimeout(() => (link.hidden = heard), 3000), { once: true });
  script.after(frame, link);
})();
