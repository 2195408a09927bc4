"use strict";
// Charts one can ask: drawn in place of the SVG that stands there without scripts.
(() => {
  const charts = JSON.parse(document.getElementById("charts").textContent);
  const options = {
    actions: false,
    renderer: "svg",
    ast: true, // the page's policy forbids code made from strings
    defaultStyle: false,
    tooltip: { disableDefaultStyle: true, id: "vg-tooltip-element" },
  };

  const draw = async (figure, specification) => {
    const place = figure.querySelector(".chart");
    const inner = document.createElement("div");
    const still = place.querySelector("svg");
    place.append(inner);
    inner.style.width = "100%";
    const wide = { ...specification, width: "container", autosize: { type: "fit-x", contains: "padding" } };
    const { view } = await vegaEmbed(inner, wide, options);
    still.remove();
    place.classList.add("drawn");
    const off = new Set();
    for (const button of figure.querySelectorAll("[data-series]")) {
      button.disabled = false;
      button.addEventListener("click", () => {
        const name = button.dataset.series;
        if (!off.delete(name)) off.add(name);
        button.setAttribute("aria-pressed", String(!off.has(name)));
        view.signal("off", [...off]).runAsync();
      });
    }
  };

  const waiting = Object.entries(charts).map(([id, specification]) =>
    draw(document.getElementById(id), specification).catch((error) =>
      console.error(`${id}: ${error}`),
    ),
  );
  Promise.all(waiting).then(() => document.documentElement.classList.add("charts-drawn"));
})();
