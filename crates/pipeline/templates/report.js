"use strict";
// Reading needs none of this: it sorts tables, shortens long ones, and filters names and sample articles.
(() => {
  const german = document.documentElement.lang === "de";
  const fold = (text) => text.toLocaleLowerCase(document.documentElement.lang);
  const all = (selector, root = document) => Array.from(root.querySelectorAll(selector));
  all("[hidden].tools").forEach((tools) => { tools.hidden = false; });

  const value = (row, column) => {
    const cell = row.children[column];
    return "order" in cell.dataset ? cell.dataset.order : cell.textContent.trim();
  };
  const compare = (one, other) => {
    const [a, b] = [Number(one), Number(other)];
    if (one !== "" && other !== "" && !Number.isNaN(a) && !Number.isNaN(b)) { return a - b; }
    return one.localeCompare(other, document.documentElement.lang);
  };
  all("table.sortable").forEach((table) => {
    all("thead th", table).forEach((head, column) => {
      if (head.classList.contains("course") || head.classList.contains("wide")) { return; }
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = head.textContent;
      head.replaceChildren(button);
      button.addEventListener("click", () => {
        const isNumber = head.classList.contains("number") || column > 0;
        const before = head.getAttribute("aria-sort");
        const order = before ? (before === "ascending" ? "descending" : "ascending") : (isNumber ? "descending" : "ascending");
        all("thead th", table).forEach((other) => other.removeAttribute("aria-sort"));
        head.setAttribute("aria-sort", order);
        const sign = order === "ascending" ? 1 : -1;
        const body = table.tBodies[0];
        const rows = Array.from(body.rows);
        rows.sort((one, other) => sign * compare(value(one, column), value(other, column)));
        body.append(...rows);
      });
    });
  });

  const SHOWN = 15;
  const shorten = (table) => {
    const rows = table.tBodies[0].rows.length;
    if (rows <= SHOWN) { return; }
    table.classList.add("short");
    const button = document.createElement("button");
    button.type = "button";
    button.className = "more";
    const label = () => {
      const isShort = table.classList.contains("short");
      button.textContent = german
        ? (isShort ? `Alle ${rows} zeigen` : "Weniger zeigen")
        : (isShort ? `Show all ${rows}` : "Show fewer");
      button.setAttribute("aria-expanded", String(!isShort));
    };
    label();
    button.addEventListener("click", () => { table.classList.toggle("short"); label(); });
    table.closest(".scroll").after(button);
  };
  all("table.long").forEach(shorten);

  all("[data-filter]").forEach((input) => {
    const what = input.dataset.filter;
    input.addEventListener("input", () => {
      const wanted = fold(input.value.trim());
      let found = 0;
      all(`[data-filtered="${what}"]`).forEach((root) => {
        root.classList.toggle("filtered", wanted !== "");
        const items = root.tBodies ? Array.from(root.tBodies[0].rows) : Array.from(root.children);
        items.forEach((item) => {
          const text = root.tBodies ? item.children[0].textContent : item.textContent;
          item.hidden = wanted !== "" && !fold(text).includes(wanted);
          if (!item.hidden) { found += 1; }
        });
      });
      all(`[data-empty="${what}"]`).forEach((note) => { note.hidden = found > 0; });
    });
  });
  all("[data-toggle]").forEach((input) => {
    input.addEventListener("change", () => {
      document.getElementById("articles").classList.toggle(input.dataset.toggle, !input.checked);
    });
  });
})();
