"use strict";
(() => {
  const form = document.querySelector(".filters");
  const body = document.querySelector("tbody");
  const rows = [...body.rows].map((row, order) => ({row, order, text: row.cells[0].textContent.toLowerCase()}));
  const names = ["section", "verdict", "licence", "language", "age"];
  const heads = [...document.querySelectorAll("th")];
  let sorted = {column: -1, down: false};

  const filter = () => {
    const words = form.elements.q.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const {row, text} of rows) {
      const fits = words.every((word) => text.includes(word))
        && names.every((name) => !form.elements[name].value || row.dataset[name] === form.elements[name].value);
      row.hidden = !fits;
      shown += fits;
    }
    form.elements.shown.value = `${shown} of ${rows.length}`;
  };

  const sort = (column, down) => {
    sorted = {column, down};
    const isNumber = heads[column].classList.contains("number");
    const key = ({row}) => row.cells[column].dataset.key;
    const compare = (one, other) => {
      const [a, b] = [key(one), key(other)];
      if (a === "" || b === "") return (a === "") - (b === "") || one.order - other.order;
      const by = isNumber ? Number(a) - Number(b) : a < b ? -1 : a > b ? 1 : 0;
      return (down ? -by : by) || one.order - other.order;
    };
    body.append(...[...rows].sort(compare).map(({row}) => row));
    heads.forEach((head, number) => {
      head.setAttribute("aria-sort", number !== column ? "none" : down ? "descending" : "ascending");
    });
  };

  const remember = () => {
    const kept = new URLSearchParams();
    for (const name of ["q", ...names]) {
      if (form.elements[name].value) kept.set(name, form.elements[name].value);
    }
    if (sorted.column >= 0) kept.set("sort", (sorted.down ? "-" : "") + sorted.column);
    const text = kept.toString();
    history.replaceState(null, "", text ? `#${text}` : location.pathname + location.search);
  };

  const recall = () => {
    const kept = new URLSearchParams(location.hash.slice(1));
    for (const name of ["q", ...names]) form.elements[name].value = kept.get(name) ?? "";
    const wanted = kept.get("sort");
    if (wanted !== null && /^-?\d+$/.test(wanted)) {
      const column = Number(wanted.replace("-", ""));
      if (column < heads.length) sort(column, wanted.startsWith("-"));
    }
    filter();
  };

  form.addEventListener("input", () => { filter(); remember(); });
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(() => { filter(); remember(); }));
  document.querySelector("thead").addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    const column = Number(button.dataset.sort);
    const isNumber = heads[column].classList.contains("number");
    sort(column, sorted.column === column ? !sorted.down : isNumber);
    remember();
  });
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("button[data-copy]");
    if (!button) return;
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
      button.textContent = "Copied";
    } catch {
      getSelection().selectAllChildren(button.previousElementSibling);
      button.textContent = "Selected";
    }
  });
  addEventListener("hashchange", recall);
  recall();
})();
