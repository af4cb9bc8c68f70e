// Draws the figures that the server built (schedules/charts.py). The page is complete without them.
(() => {
  "use strict";

  const NARROW_BELOW = 560;
  const PRINT_WIDTH = 680;
  const CONFIG = { displayModeBar: false, displaylogo: false, responsive: false, scrollZoom: false };
  const charts = new Map();

  const paperOf = (width) => (width < NARROW_BELOW ? "narrow" : "wide");

  // Plotly writes into what it is given; the figures are kept as they came.
  function draw(element, width) {
    const chart = charts.get(element);
    const layout = structuredClone(chart.figure[paperOf(width)]);
    layout.width = width;
    chart.width = width;
    return Plotly.react(element, structuredClone(chart.figure.data), layout, CONFIG);
  }

  function watchWidth(element) {
    new ResizeObserver(() => {
      const width = element.clientWidth;
      if (width && Math.abs(width - charts.get(element).width) > 1) draw(element, width);
    }).observe(element);
  }

  function start(element) {
    const figure = JSON.parse(document.getElementById(element.dataset.figure).textContent);
    charts.set(element, { figure, width: 0 });
    draw(element, element.clientWidth).then(() => {
      element.dataset.drawn = "1";
      performance.mark("charts-drawn");
      watchWidth(element);
      const button = document.querySelector(`[data-chart-png="${element.id}"]`);
      if (button) button.hidden = false;
    });
  }

  // Another range is fetched and drawn in place; if that fails, the link leads to the whole page.
  async function showRange(link) {
    const element = document.getElementById("course-chart");
    element.setAttribute("aria-busy", "true");
    try {
      const address = new URL(link.href);
      const answer = await fetch(element.dataset.address + address.search, { headers: { Accept: "application/json" } });
      if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
      charts.get(element).figure = (await answer.json()).course;
      await draw(element, element.clientWidth);
      for (const other of document.querySelectorAll("[data-chart-range]")) other.removeAttribute("aria-current");
      link.setAttribute("aria-current", "true");
      history.replaceState(null, "", address.search);
    } catch {
      location.assign(link.href);
    } finally {
      element.removeAttribute("aria-busy");
    }
  }

  function savePng(element) {
    const { height } = charts.get(element).figure[paperOf(element.clientWidth)];
    Plotly.downloadImage(element, {
      format: "png",
      scale: 2,
      width: element.clientWidth,
      height,
      filename: element.dataset.name,
    });
  }

  document.addEventListener("click", (event) => {
    const range = event.target.closest("[data-chart-range]");
    const png = event.target.closest("[data-chart-png]");
    if (range && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      event.preventDefault();
      showRange(range);
    } else if (png) {
      savePng(document.getElementById(png.dataset.chartPng));
    }
  });

  addEventListener("beforeprint", () => charts.forEach((_chart, element) => draw(element, PRINT_WIDTH)));
  addEventListener("afterprint", () => charts.forEach((_chart, element) => draw(element, element.clientWidth)));

  document.querySelectorAll(".chart").forEach(start);
})();
