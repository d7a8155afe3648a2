// The two halves of scripts/pages-check that speak with the site: walking through it, and having Lighthouse look at it.
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";

const LANGUAGES = ["en", "de", "fr", "es", "pt", "ru", "ar"];
// A form sent sooner after it was asked for is a machine's.
const TYPING_MS = 3500;
const RUNS = 3;
const GOAL = 99;

/** A visitor without scripts: keeps cookies, follows what answers say. */
class Visitor {
  constructor(site) {
    this.site = site;
    this.cookies = new Map();
  }

  async ask(path, form) {
    const headers = { cookie: [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; "), origin: this.site };
    const body = form && new URLSearchParams(form);
    const answer = await fetch(new URL(path, this.site), { method: form ? "POST" : "GET", headers, body, redirect: "manual" });
    for (const cookie of answer.headers.getSetCookie()) {
      const [, name, value] = cookie.match(/^([^=]+)=([^;]*)/);
      this.cookies.set(name, value);
    }
    const next = answer.headers.get("location");
    if (next && answer.status >= 300 && answer.status < 400) return this.ask(next);
    const kind = answer.headers.get("content-type") ?? "";
    return { path: new URL(answer.url).href.slice(this.site.length), status: answer.status, kind, html: await answer.text() };
  }

  /** Sends the form of a page whose text holds `mark`, with what it held and with `more`. */
  async send(page, mark, more = {}) {
    const form = [...page.html.matchAll(/<form[^>]*>[^]*?<\/form>/g)].map(([text]) => text).find((text) => text.includes(mark));
    if (!form) throw new Error(`${page.path} has no form with ${mark}`);
    const fields = {};
    for (const [tag] of form.matchAll(/<(?:input|button)[^>]*>/g)) {
      const of = (name) => plain(tag.match(new RegExp(`\\s${name}="([^"]*)"`))?.[1]);
      const stands = !/type="(radio|checkbox)"/.test(tag) || /\schecked/.test(tag);
      if (of("name") && stands && !tag.startsWith("<button")) fields[of("name")] = of("value") ?? "on";
    }
    const action = plain(form.match(/<form[^>]*\saction="([^"]*)"/)?.[1]) ?? page.path;
    return this.ask(new URL(action, new URL(page.path, this.site)).href, { ...fields, ...more });
  }
}

const plain = (text) => text?.replaceAll("&amp;", "&").replaceAll("&#x2f;", "/").replaceAll("&quot;", '"');

async function give(visitor, frequency) {
  const form = await visitor.ask("/donate?campaign=press-fund");
  await wait(TYPING_MS);
  const gift = { frequency, amount_choice: "25.00", name: "Ann Reader", email: "ann@example.org", gateway: "sandbox" };
  const pay = await visitor.send(form, 'name="gateway"', gift);
  const thanks = await visitor.send(pay, "<button");
  if (!thanks.path.startsWith("/thanks/")) throw new Error(`no thanks after a gift, but ${thanks.path}`);
  return [pay.path, thanks.path];
}

async function signIn(visitor) {
  await visitor.send(await visitor.ask("/account/sign-in"), 'name="email"', { email: "ann@example.org" });
  const pattern = /\/account\/sign-in\/[\w.~-]+/;
  for (let tries = 0; tries < 100; tries += 1) {
    const letters = await visitor.ask("/dev/mail");
    for (const [, id] of letters.html.matchAll(/href="(\/dev\/mail\/[^"/]+)"/g)) {
      const link = (await visitor.ask(id)).html.match(pattern);
      if (!link) continue;
      const door = await visitor.ask(link[0]);
      if (door.path.includes(link[0])) await visitor.send(door, "<button");
      return;
    }
    await wait(100);
  }
  throw new Error("no letter with a link came");
}

async function collect(site, folder) {
  const visitor = new Visitor(site);
  const [pay, thanks] = await give(visitor, "once");
  const [, monthlyThanks] = await give(visitor, "monthly");
  await signIn(visitor);
  const own = [...(await visitor.ask("/account")).html.matchAll(/href="(\/account[^"#]*)"/g)].map(([, path]) => plain(path));
  const first = { landing: "/", article: "/articles/about-our-funding", donate: "/donate", thanks, campaign: "/campaigns/press-fund" };
  const all = [...Object.values(first), "/articles", "/donate?campaign=press-fund&currency=USD", "/patrons", "/embed/press-fund"];
  all.push("/account/sign-in", monthlyThanks, pay, "/no-such-page", "/account", ...own);
  for (const language of LANGUAGES) {
    for (const [at, path] of [...new Set(all)].entries()) {
      const page = await visitor.ask(`${path}${path.includes("?") ? "&" : "?"}lang=${language}`);
      if (!page.kind.startsWith("text/html")) continue;
      if (page.status !== 200 && path !== "/no-such-page") throw new Error(`${path} answers ${page.status}`);
      writeFileSync(join(folder, `${String(at).padStart(2, "0")}-${path.replace(/[^a-z]+/g, "-").slice(1, 40)}.${language}.html`), page.html);
    }
  }
  const refused = await visitor.send(await visitor.ask("/donate"), 'name="gateway"', { email: "nonsense", amount_choice: "other", amount: "x" });
  writeFileSync(join(folder, "refused.en.html"), refused.html);
  writeFileSync(join(folder, "first.json"), JSON.stringify({ site, first }));
}

function look(tools, url, skipped) {
  const flags = "--headless=new --no-sandbox --disable-gpu --disable-quic --disable-background-networking --disable-component-update --disable-sync";
  const arguments_ = [url, "--quiet", "--output=json", `--chrome-flags=${flags}`, ...skipped.map((name) => `--skip-audits=${name}`)];
  arguments_.push("--only-categories=performance,accessibility,best-practices,seo");
  const report = execFileSync(join(tools, "node_modules/.bin/lighthouse"), arguments_, { encoding: "utf8", maxBuffer: 1 << 28, stdio: ["ignore", "pipe", "ignore"] });
  return JSON.parse(report);
}

/** What the mark for performance is made of, as one look had it. */
function timing({ audits, categories }) {
  const of = (audit) => audits[audit].numericValue;
  const seconds = (audit) => `${(of(audit) / 1000).toFixed(2)} s`;
  const paint = `first paint ${seconds("first-contentful-paint")}, largest ${seconds("largest-contentful-paint")}, speed index ${seconds("speed-index")}`;
  const still = `blocked ${Math.round(of("total-blocking-time"))} ms, shift ${of("cumulative-layout-shift").toFixed(3)}`;
  return `${Math.round(categories.performance.score * 100)}: ${paint}, ${still}; the site answered after ${Math.round(of("server-response-time"))} ms`;
}

function lighthouse(tools, folder) {
  const { site, first } = JSON.parse(readFileSync(join(folder, "first.json"), "utf8"));
  let below = false;
  for (const [name, path] of Object.entries(first)) {
    // A page of thanks is for one donor: search engines are kept out on purpose.
    const skipped = name === "thanks" ? ["is-crawlable"] : [];
    const reports = Array.from({ length: RUNS }, () => look(tools, site + path, skipped));
    const scores = Object.keys(reports[0].categories).map((category) => {
      const sorted = reports.map((report) => Math.round(report.categories[category].score * 100)).sort((a, b) => a - b);
      return [category, sorted[(RUNS - 1) / 2]];
    });
    const bytes = Math.max(...reports.map((report) => report.audits["total-byte-weight"].numericValue));
    const hosts = new Set(reports.flatMap((report) => report.audits["network-requests"].details.items.map((item) => new URL(item.url).host)));
    below ||= scores.some(([, score]) => score < GOAL) || hosts.size !== 1;
    const told = scores.map(([category, score]) => `${category} ${score}`).join(", ");
    console.log(`Lighthouse ${name}: ${told}; ${(bytes / 1024).toFixed(1)} KiB, ${hosts.size} host (median of ${RUNS})`);
    for (const report of reports) console.log(`  ${timing(report)}`);
  }
  if (below) process.exit(1);
}

const [, , half, ...rest] = process.argv;
if (half === "collect") await collect(...rest);
else lighthouse(...rest);
