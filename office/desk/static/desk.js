// The keys of the review desk, and nothing that a page could not do without.
// No inline handlers, no eval: the content security policy forbids both.
(() => {
  "use strict";

  const all = (selector, root = document) => Array.from(root.querySelectorAll(selector));
  const typing = (node) => node instanceof Element &&
    node.matches("textarea, select, input:not([type=checkbox])");
  const plain = (event) => !event.ctrlKey && !event.altKey && !event.metaKey;

  // Lines of a list, or fields of a submission: j/k and the arrows move through them.

  const stops = () => {
    const links = all("[data-rows] tbody a");
    return links.length ? links : all("[data-row]").filter((row) => row.checkVisibility());
  };

  const current = () => {
    const row = document.activeElement && document.activeElement.closest("[data-row]");
    return row || document.activeElement;
  };

  const move = (step) => {
    const places = stops();
    if (!places.length) return false;
    const at = places.indexOf(current());
    const next = at < 0 ? (step > 0 ? 0 : places.length - 1) : at + step;
    if (next < 0 || next >= places.length) return true;
    places[next].focus({ preventScroll: true });
    places[next].scrollIntoView({ block: "nearest" });
    return true;
  };

  const openRemark = (row) => {
    const remark = row && row.querySelector(".remark");
    if (!remark) return false;
    remark.open = true;
    remark.querySelector("textarea").focus();
    return true;
  };

  const closeRemark = (box) => {
    const remark = box.closest(".remark");
    const row = box.closest("[data-row]");
    if (remark && !box.value.trim()) remark.open = false;
    if (row) row.focus();
  };

  const go = (key) => {
    const place = document.querySelector(`[data-key="${key}"]`);
    if (!place) return false;
    place.focus();
    return true;
  };

  const keys = {
    j: () => move(1),
    ArrowDown: () => move(1),
    k: () => move(-1),
    ArrowUp: () => move(-1),
    c: () => openRemark(document.activeElement.closest("[data-row]")),
    a: () => go("a"),
    r: () => go("r"),
    x: () => go("x"),
    u: () => {
      const place = document.querySelector('[data-key="u"]');
      if (place) place.click();
      return Boolean(place);
    },
    o: () => {
      const rest = document.querySelector("details.rest");
      if (!rest) return false;
      rest.open = !rest.open;
      if (rest.open) rest.querySelector("[data-row]").focus();
      return true;
    },
    "/": () => {
      const box = document.querySelector("#text");
      if (!box) return false;
      box.focus();
      box.select();
      return true;
    },
  };

  document.addEventListener("keydown", (event) => {
    const at = document.activeElement;
    if (typing(at)) {
      if (event.key === "Escape" && at.tagName === "TEXTAREA") closeRemark(at);
      else if (event.key === "Escape") at.blur();
      else if (event.key === "Enter" && event.ctrlKey && at.form) go("r");
      else if (event.key === "ArrowDown" && at.id === "text") move(1);
      else return;
      event.preventDefault();
      return;
    }
    if (!plain(event) || event.isComposing) return;
    const act = keys[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (act && act()) event.preventDefault();
  });

  // Comments: how many there are, and a copy in this tab until the submission is settled.

  const form = document.querySelector("[data-kept]");
  const boxes = () => all('textarea[name^="comment:"], input[name="general"]');
  const kept = form && `desk:${form.dataset.kept}`;

  const count = () => {
    let said = 0;
    for (const box of boxes()) {
      const filled = box.value.trim() !== "";
      said += filled ? 1 : 0;
      const row = box.closest("[data-row]");
      if (row) row.classList.toggle("marked", filled);
    }
    const place = document.querySelector("[data-said]");
    if (place) place.textContent = said ? `已写 ${said} 处意见` : "";
  };

  const keep = () => {
    const texts = {};
    for (const box of boxes()) if (box.value.trim()) texts[box.name] = box.value;
    sessionStorage.setItem(kept, JSON.stringify(texts));
    count();
  };

  const restore = () => {
    const texts = JSON.parse(sessionStorage.getItem(kept) || "{}");
    for (const box of boxes()) {
      if (!box.value && texts[box.name]) {
        box.value = texts[box.name];
        const remark = box.closest(".remark");
        if (remark) remark.open = true;
      }
    }
    count();
  };

  if (kept && boxes().length) {
    restore();
    document.addEventListener("input", keep);
  }
  for (const note of all("[data-settled]")) {
    sessionStorage.removeItem(`desk:${note.dataset.settled}`);
  }

  // A link to a field opens what hides it and puts the cursor there.

  const arrive = () => {
    const row = location.hash && document.getElementById(location.hash.slice(1));
    if (!row) return false;
    const hidden = row.closest("details.rest");
    if (hidden) hidden.open = true;
    row.focus();
    return true;
  };
  window.addEventListener("hashchange", arrive);
  if (!arrive() && document.activeElement === document.body) {
    const first = stops()[0];
    if (first && !document.querySelector("[autofocus]")) first.focus({ preventScroll: true });
  }

  // Somebody who works keeps the session open; somebody who left is signed out.

  // The page goes first, a little before the server would: then it can lead back here.
  const early = 30000;
  const idle = Math.max(0, Number(document.body.dataset.idle || 0) * 1000 - early);
  if (idle) {
    let worked = Date.now();
    let told = worked;
    const out = document.querySelector("form[data-out]");
    const note = () => {
      worked = Date.now();
      if (worked - told > early / 2) {
        told = worked;
        fetch(out.dataset.alive, { credentials: "same-origin", cache: "no-store" });
      }
    };
    for (const kind of ["keydown", "pointerdown", "wheel"]) {
      document.addEventListener(kind, note, { passive: true });
    }
    out.addEventListener("submit", () => {
      if (!out.elements.idle.value) sessionStorage.clear();
    });
    setInterval(() => {
      if (Date.now() - worked < idle) return;
      worked = Date.now();
      out.elements.idle.value = "1";
      out.elements.next.value = location.pathname + location.search;
      out.requestSubmit();
    }, 5000);
  }
})();
