"use strict";
(() => {
  // Number of rows laid out at first, as in the style; the button and printing show the others.
  const MOST = 200;
  const form = document.querySelector(".filters");
  const body = document.querySelector("tbody");
  const heads = [...document.querySelectorAll("th")];
  const columns = heads.map((head) => head.className);
  const more = document.querySelector(".more");
  const none = document.querySelector(".none");
  const filters = ["section", "verdict", "kind", "flag", "licence", "language", "age", "venue", "year"].filter((name) => form.elements[name]);

  const words = (cell) => cell?.textContent.trim() ?? "";
  const entries = [...body.rows].map((row) => {
    const cell = (name) => row.cells[columns.indexOf(name)];
    return {
      row,
      keys: [...row.cells].map((one) => (one.dataset.key ?? words(one).toLowerCase())),
      ...row.dataset,
      section: words(cell("section")), licence: words(cell("licence")), language: words(cell("language")),
      text: `${cell("name").textContent} ${cell("section").textContent}`.toLowerCase(),
    };
  });
  let sorted = {column: "", down: false};
  let order = entries;
  let fitting = entries;
  let most = MOST;

  const show = () => {
    const wanted = new Set(fitting.slice(0, most).map(({row}) => row));
    // Rows that stay are not touched: that saves most of the work while a reader types.
    for (const row of [...body.rows]) if (!wanted.has(row)) row.remove();
    let next = body.firstElementChild;
    for (const row of wanted) {
      if (row === next) next = row.nextElementSibling;
      else body.insertBefore(row, next);
    }
    form.elements.shown.value = `${fitting.length.toLocaleString("en")} of ${entries.length.toLocaleString("en")} ${entries.length === 1 ? "entry" : "entries"}`;
    more.textContent = `Show all ${fitting.length.toLocaleString("en")}`;
    more.hidden = fitting.length <= most;
    none.hidden = fitting.length > 0 || entries.length === 0;
  };

  const holds = {
    // A section includes its subsections.
    section: (entry, wanted) => entry.section === wanted || entry.section.startsWith(`${wanted} / `),
    flag: (entry, wanted) => entry.flags?.split(",").includes(wanted) ?? false,
  };
  const filter = () => {
    const sought = form.elements.q.value.toLowerCase().split(/\s+/).filter(Boolean);
    const chosen = filters.map((name) => [name, form.elements[name].value]).filter(([, value]) => value);
    fitting = order.filter((entry) => sought.every((word) => entry.text.includes(word))
      && chosen.every(([name, value]) => holds[name]?.(entry, value) ?? entry[name] === value));
    most = MOST;
    show();
  };

  const sort = (column, down) => {
    sorted = {column, down};
    const at = columns.indexOf(column);
    const numeric = at >= 0 && "numeric" in heads[at].dataset;
    // Unknown values come last in either direction.
    const compare = ({keys: {[at]: a}}, {keys: {[at]: b}}) => {
      if (a === "" || b === "") return (a === "") - (b === "");
      const by = numeric ? a - b : a < b ? -1 : a > b ? 1 : 0;
      return down ? -by : by;
    };
    order = at < 0 ? entries : [...entries].sort(compare);
    heads.forEach((head, number) => {
      head.setAttribute("aria-sort", number !== at ? "none" : down ? "descending" : "ascending");
    });
  };

  // The view is kept in the address, so that it can be shared.
  const remember = () => {
    const kept = new URLSearchParams();
    for (const name of ["q", ...filters]) {
      if (form.elements[name].value) kept.set(name, form.elements[name].value);
    }
    if (sorted.column) kept.set("sort", (sorted.down ? "-" : "") + sorted.column);
    const text = kept.toString();
    history.replaceState(null, "", text ? `#${text}` : location.pathname + location.search);
  };

  const recall = () => {
    // A fragment without "=" is an anchor of the page.
    if (location.hash && !location.hash.includes("=")) return;
    const kept = new URLSearchParams(location.hash.slice(1));
    for (const name of ["q", ...filters]) form.elements[name].value = kept.get(name) ?? "";
    const wanted = kept.get("sort") ?? "";
    const column = wanted.replace(/^-/, "");
    sort(columns.includes(column) ? column : "", wanted.startsWith("-"));
    filter();
    if (location.hash) document.getElementById("list").scrollIntoView();
  };

  let later;
  form.addEventListener("input", () => {
    filter();
    // Browsers refuse an address that changes with every key.
    clearTimeout(later);
    later = setTimeout(remember, 200);
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(() => { filter(); remember(); }));
  document.querySelector("thead").addEventListener("click", (event) => {
    const column = event.target.closest("button")?.dataset.sort;
    if (!column) return;
    // First click: the useful direction; second: the other one; third: the order of the list.
    const first = "numeric" in heads[columns.indexOf(column)].dataset || column === "commit";
    if (sorted.column !== column) sort(column, first);
    else if (sorted.down === first) sort(column, !first);
    else sort("", false);
    filter();
    remember();
  });
  more.addEventListener("click", () => {
    const next = fitting[most].row;
    most = Infinity;
    show();
    next.querySelector("a, summary")?.focus();
  });
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("button[data-copy], button[data-copy-from]");
    if (!button) return;
    const source = button.dataset.copyFrom ? document.getElementById(button.dataset.copyFrom) : button.previousElementSibling;
    const text = button.dataset.copy ?? source.textContent;
    let result = "Copied";
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      source.closest("details:not([open])")?.setAttribute("open", "");
      getSelection().selectAllChildren(source);
      result = "Selected";
    }
    button.firstChild.data = result;
    document.getElementById("copied").textContent = `${result}: ${button.dataset.copy ?? "the patch"}`;
  });
  addEventListener("beforeprint", () => { most = Infinity; show(); });
  addEventListener("hashchange", recall);
  if (location.hash.includes("=")) recall(); else show();
  document.querySelector(".cut").classList.remove("cut");
})();
