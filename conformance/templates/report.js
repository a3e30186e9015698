// An enhancement: without it everything is there to be read, and nothing can be filtered.
(() => {
  "use strict";
  const by = (id) => document.getElementById(id);
  const form = by("filter");
  const items = [...document.querySelectorAll("[data-outcome]")];
  const groups = [...document.querySelectorAll("[data-group]")];
  const requirements = items.filter((one) => one.classList.contains("requirement"));
  const words = new Map();

  // What is searched: the head of an item, and the names of the scenarios that judge a requirement.
  const text = (item) => {
    if (!words.has(item)) {
      const parts = [item.querySelector(".head"), item.querySelector("ul.scenarios"), item.querySelector(".tile")];
      words.set(item, parts.map((part) => (part ? part.textContent + (part.title || "") : "")).join(" ").toLowerCase());
    }
    return words.get(item);
  };

  const filter = () => {
    const asked = { outcome: by("outcome").value, level: by("level").value, chapter: by("chapter").value };
    const wanted = by("words").value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const item of items) {
      // A scenario has no level: it judges requirements of several.
      const fits = Object.entries(asked).every(([name, value]) => !value || (item.dataset[name] ?? value) === value);
      item.hidden = !(fits && wanted.every((word) => text(item).includes(word)));
    }
    for (const group of groups) group.hidden = !group.querySelector("[data-outcome]:not([hidden])");
    const left = requirements.filter((one) => !one.hidden).length;
    by("shown").textContent = `${left} of ${requirements.length} requirements shown`;
  };

  // A link leads to what it names, also where that is folded or filtered away.
  const reveal = () => {
    let target = null;
    try { target = by(decodeURIComponent(location.hash.slice(1))); } catch { return; }
    if (!target) return;
    if (target.closest("[hidden]")) { form.reset(); filter(); }
    for (let one = target; one; one = one.parentElement) if (one.tagName === "DETAILS") one.open = true;
    const own = target.matches("article") && target.querySelector(":scope > details");
    if (own) own.open = true;
    target.scrollIntoView();
  };

  const fold = (open) => {
    for (const item of items) {
      if (item.hidden || !item.matches(".requirement, .scenario")) continue;
      for (const one of item.querySelectorAll(":scope > details")) one.open = open;
      if (item.tagName === "DETAILS") item.open = open;
    }
  };

  form.hidden = false;
  form.addEventListener("input", filter);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(filter));
  by("unfold").addEventListener("click", () => fold(true));
  by("fold").addEventListener("click", () => fold(false));
  window.addEventListener("hashchange", reveal);
  window.addEventListener("beforeprint", () => {
    for (const one of document.querySelectorAll("details.red")) one.open = true;
  });
  filter();
  reveal();
})();
