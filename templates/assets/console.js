// The console's own script: it only makes quicker what links and forms do without it. Nothing is stored in the browser.
(() => {
  "use strict";
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const say = (text) => { const region = document.getElementById("said"); if (region) region.textContent = text; };

  // Copy: by the clipboard where the browser allows it, else (plain http) by selection.
  const copied = async (text) => {
    if (navigator.clipboard && window.isSecureContext) {
      try { await navigator.clipboard.writeText(text); return true; } catch { /* by selection, then */ }
    }
    const area = document.createElement("textarea");
    area.value = text;
    area.className = "hidden";
    area.setAttribute("aria-hidden", "true");
    (document.querySelector("dialog[open]") || document.body).append(area);
    const focused = document.activeElement;
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    focused?.focus();
    return done;
  };
  const copy = async (button) => {
    const from = button.dataset.copyFrom;
    const text = from ? document.getElementById(from).textContent : button.dataset.copy;
    const word = button.querySelector(".word");
    const done = await copied(text);
    word.textContent = done ? "Copied" : "Select it and copy";
    say(word.textContent);
    setTimeout(() => { word.textContent = "Copy"; }, 2000);
  };

  // Insert at the cursor, or take a corrected value over.
  const changed = (field) => { field.dispatchEvent(new Event("input", { bubbles: true })); field.focus(); };
  const insert = (button) => {
    const field = document.getElementById(button.dataset.into);
    field.setRangeText(button.dataset.insert, field.selectionStart, field.selectionEnd, "end");
    changed(field);
  };
  const take = (button) => {
    const field = document.getElementById(button.dataset.into);
    field.value = button.dataset.take;
    changed(field);
  };

  // Faults come and go while somebody types: what is read of a control follows, and so does the summary of a form that was refused.
  // Of a control that was right until now it is said once what is wrong, however often the words change after that.
  const judge = () => {
    const news = [];
    for (const place of all(".faults")) {
      const control = document.getElementById(place.dataset.of);
      const said = all(".said", place).map((one) => one.textContent);
      if (!said.length) control.removeAttribute("aria-invalid");
      else if (!control.hasAttribute("aria-invalid")) {
        control.setAttribute("aria-invalid", "true");
        news.push(...said);
      }
    }
    if (news.length) say(news.join(" "));
    for (const link of all(".summary a")) {
      if (!document.querySelector(`${link.hash}-fault .fault`)) link.closest("li").remove();
    }
    const summary = document.querySelector(".summary");
    if (summary && !summary.querySelector("li")) {
      summary.remove();
      document.title = document.title.replace(/^Error: /, "");
    }
  };
  document.addEventListener("htmx:after:swap", judge);

  // A long list of choices is found by typing. What is chosen stays in sight; Enter chooses the first that is found.
  const rows = (field) => all(".choice", document.getElementById(field.dataset.finds));
  const radio = (row) => row.querySelector("[type=radio]");
  const find = (field) => {
    const words = field.value.toLowerCase().split(/\s+/);
    const has = (row) => words.every((word) => row.querySelector(".tick").textContent.toLowerCase().includes(word));
    let found = 0;
    for (const row of rows(field)) {
      row.dataset.found = has(row) ? "1" : "";
      row.hidden = !has(row) && !radio(row).checked;
      found += has(row);
    }
    document.querySelector(`#${field.dataset.finds} .none`).hidden = found > 0;
    say(`${found} found`);
  };
  document.addEventListener("input", (event) => {
    if (!event.target.matches("[data-finds]")) return;
    // It is no part of what the form says.
    event.stopPropagation();
    find(event.target);
  }, { capture: true });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !event.target.matches("[data-finds]")) return;
    event.preventDefault();
    const first = rows(event.target).find((row) => row.dataset.found !== "" && !row.hidden);
    if (first) { radio(first).click(); radio(first).focus(); }
  });
  document.addEventListener("invalid", (event) => {
    // Whoever has to choose sees what there is.
    const list = event.target.closest(".choices");
    if (list) for (const row of all(".choice", list)) row.hidden = false;
  }, { capture: true });
  for (const chosen of all(".choices [type=radio]:checked")) {
    const row = chosen.closest(".choice");
    row.parentElement.scrollTop = row.offsetTop - row.offsetHeight;
  }

  // A confirmation page in a dialog: the very page's form. Escape and Back close it, and focus returns.
  const dialog = async (link) => {
    const answer = await fetch(link.href, { headers: { Accept: "text/html" }, credentials: "same-origin" });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const content = page.querySelector("[data-confirmation]");
    if (!answer.ok || answer.redirected || !content) { location.href = link.href; return; }
    const box = document.createElement("dialog");
    box.setAttribute("aria-label", page.querySelector("h1")?.textContent ?? link.textContent);
    box.append(document.adoptNode(content));
    document.body.append(box);
    box.addEventListener("click", (event) => {
      if (event.target.closest("[data-back]")) { event.preventDefault(); box.close(); }
    });
    box.addEventListener("close", () => { box.remove(); link.focus(); });
    box.showModal();
  };

  document.addEventListener("click", (event) => {
    const at = (selector) => event.target.closest(selector);
    const plain = !(event.metaKey || event.ctrlKey || event.shiftKey || event.button);
    let found;
    if ((found = at("[data-copy],[data-copy-from]"))) copy(found);
    else if ((found = at("[data-insert]"))) insert(found);
    else if ((found = at("[data-take]"))) take(found);
    else if (plain && (found = at("a[data-dialog]"))) {
      event.preventDefault();
      dialog(found).catch(() => { location.href = found.href; });
    }
  });
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-submits]")) event.target.form.requestSubmit();
  });

  // The reader's own zone, in the title of a time that is looked at.
  const local = (event) => {
    const time = event.target.closest?.("time[datetime]");
    if (!time || time.dataset.zoned) return;
    const at = new Date(time.dateTime);
    const here = at.toLocaleString(undefined, { dateStyle: "medium", timeStyle: "medium" });
    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    time.title = `${time.title || time.dateTime}\n${here} ${zone}`;
    time.dataset.zoned = "1";
  };
  document.addEventListener("pointerover", local);
  document.addEventListener("focusin", local);

  // Live parts listen to `poll`: every so many seconds in a visible tab, once a minute when nobody is there, and not while a
  // dialog is open or a field has focus.
  const IDLE = 120_000;
  const opened = Date.now();
  let touched = opened;
  for (const kind of ["pointermove", "pointerdown", "keydown", "scroll"]) {
    document.addEventListener(kind, () => { touched = Date.now(); }, { passive: true, capture: true });
  }
  const asked = new WeakMap();
  const rests = () => document.hidden || document.querySelector("dialog[open]")
    || document.activeElement?.matches("input,select,textarea");
  setInterval(() => {
    if (rests()) return;
    const now = Date.now();
    for (const part of all("[data-poll]")) {
      const every = now - touched > IDLE ? 60_000 : Number(part.dataset.poll) * 1000;
      if (now - (asked.get(part) ?? opened) < every) continue;
      asked.set(part, now);
      part.dispatchEvent(new CustomEvent("poll"));
    }
  }, 500);

  // A row whose state has changed shows it once.
  const states = new WeakMap();
  const note = () => {
    for (const row of all("[data-poll] tbody tr")) {
      const state = row.querySelector(".state")?.textContent;
      if (states.has(row) && states.get(row) !== state) row.classList.add("changed");
      states.set(row, state);
    }
  };
  document.addEventListener("animationend", (event) => event.target.classList.remove("changed"));
  document.addEventListener("htmx:after:swap", note);
  note();

  // What a live part shows already is not sent again: its version goes along, and the answer is 204 while it is the same.
  const versions = new WeakMap();
  document.addEventListener("htmx:config:request", (event) => {
    const { sourceElement, request } = event.detail.ctx;
    const version = versions.get(sourceElement);
    if (version) request.headers["If-None-Match"] = version;
  });
  document.addEventListener("htmx:after:request", (event) => {
    const { sourceElement, response } = event.detail.ctx;
    const version = response?.headers?.get("ETag");
    if (version && sourceElement?.matches("[data-poll]")) versions.set(sourceElement, version);
  });
})();
