"use strict";
// Tables: sorted by a click on a heading, searched, filtered. Without scripts they stand as they are.
(() => {
  const keyOf = (row, column) => {
    const cell = row.cells[column];
    return cell.dataset.key ?? cell.textContent.trim();
  };

  const compareKeys = (a, b) => {
    if (a === "" || b === "") return (a === "") - (b === "");
    const [x, y] = [Number(a), Number(b)];
    return Number.isNaN(x) || Number.isNaN(y) ? a.localeCompare(b, "en", { numeric: true }) : x - y;
  };

  const sortBy = (table, heading) => {
    const descending = heading.getAttribute("aria-sort") === "ascending";
    for (const other of heading.parentElement.cells) other.setAttribute("aria-sort", "none");
    heading.setAttribute("aria-sort", descending ? "descending" : "ascending");
    const column = heading.cellIndex;
    const body = table.tBodies[0];
    const order = (a, b) => {
      const [x, y] = [keyOf(a, column), keyOf(b, column)];
      const ends = x === "" || y === "";
      return descending && !ends ? compareKeys(y, x) : compareKeys(x, y);
    };
    body.append(...[...body.rows].sort(order));
    body.dataset.sorted = "yes";
    filterRows(table.closest(".data-table"));
  };

  const filterRows = (box) => {
    const search = box.querySelector("[data-search]");
    const words = (search?.value ?? "").toLowerCase().split(/\s+/);
    const chosen = [...box.querySelectorAll("[data-filter]")].filter((select) => select.value);
    const rows = [...box.querySelector("tbody").rows];
    let shown = 0;
    for (const row of rows) {
      const values = JSON.parse(row.dataset.values ?? "{}");
      const text = row.textContent.toLowerCase();
      row.hidden =
        !words.every((word) => text.includes(word)) ||
        chosen.some((select) => values[select.dataset.filter] !== select.value);
      shown += !row.hidden;
    }
    box.querySelector(".count").textContent = `${shown} of ${rows.length} rows`;
    box.querySelector(".empty").hidden = shown > 0 || rows.length === 0;
    const clear = box.querySelector("[data-clear]");
    if (clear) clear.hidden = shown === rows.length && box.querySelector("tbody").dataset.sorted !== "yes";
  };

  // All rows again, in the order that the page had first.
  const showAll = (box) => {
    for (const field of box.querySelectorAll("input, select")) field.value = "";
    const body = box.querySelector("tbody");
    body.append(...[...body.rows].sort((a, b) => a.dataset.place - b.dataset.place));
    body.dataset.sorted = "no";
    for (const heading of box.querySelector("thead").rows[0].cells) heading.setAttribute("aria-sort", "none");
    filterRows(box);
  };

  const tellWidth = (box) => {
    const scroll = box.querySelector(".scroll");
    box.querySelector(".wide").hidden = scroll.scrollWidth <= scroll.clientWidth + 1;
  };

  for (const box of document.querySelectorAll(".data-table")) {
    const table = box.querySelector("table");
    for (const heading of table.tHead.rows[0].cells) {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...heading.childNodes);
      heading.append(button);
      button.addEventListener("click", () => sortBy(table, heading));
    }
    [...table.tBodies[0].rows].forEach((row, place) => { row.dataset.place = place; });
    box.querySelector("[data-clear]")?.addEventListener("click", () => {
      showAll(box);
      box.querySelector("input, select, th button").focus();
    });
    new ResizeObserver(() => tellWidth(box)).observe(box.querySelector(".scroll"));
    const tools = box.querySelector(".tools");
    tools.hidden = false;
    // What chooses an option for the reader, such as a screen reader, may fire the second alone.
    for (const name of ["input", "change"]) tools.addEventListener(name, () => filterRows(box));
    filterRows(box);
  }

  // A link to a row opens what it folds, and shows it where a filter hides it.
  const openTarget = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    for (let outer = target.closest("details"); outer; outer = outer.parentElement.closest("details")) {
      outer.open = true;
    }
    const box = target.closest(".data-table");
    if (!box) return;
    if (target.hidden) {
      for (const field of box.querySelectorAll("input, select")) field.value = "";
      filterRows(box);
    }
    for (const details of target.querySelectorAll("details")) details.open = true;
    target.scrollIntoView({ block: "center" });
    target.focus({ preventScroll: true });
  };
  addEventListener("hashchange", openTarget);
  // A second click on the same link changes no hash.
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.('a[href^="#"]');
    if (link && link.getAttribute("href") === location.hash) openTarget();
  });
  openTarget();

  // What is folded would be missing on paper, but for what fills it: the folds of rows, and those
  // that are meant for the screen. Readers who want these on paper open them first.
  let folded = [];
  addEventListener("beforeprint", () => {
    folded = [...document.querySelectorAll("details:not([open], [data-screen], td details)")];
    for (const details of folded) details.open = true;
  });
  addEventListener("afterprint", () => {
    for (const details of folded) details.open = false;
  });
})();
