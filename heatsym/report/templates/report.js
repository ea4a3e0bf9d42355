"use strict";
// Unpacks the drawing library that lies in the page and draws each figure from the JSON beside it.
(() => {
  const PRINTED = { width: 680, height: 0.85 }; // px, the text width of an A4 page; of the height on screen
  const config = {
    displaylogo: false,
    responsive: true,
    locale: "en",
    plotlyServerURL: "",
    showSendToCloud: false,
    showEditInChartStudio: false,
    modeBarButtonsToRemove: ["lasso2d", "select2d", "autoScale2d"],
  };
  const plots = [...document.querySelectorAll(".plot")];
  const waiting = new Set(plots);
  const drawn = new Set();
  const swiped = matchMedia("(pointer: coarse)").matches; // there, dragging scrolls the page

  const fail = (plot) => {
    waiting.delete(plot);
    drawn.delete(plot);
    const message = document.createElement("p");
    message.className = "notice";
    message.textContent = "This picture cannot be drawn in this browser. The table below holds its data.";
    plot.replaceChildren(message);
    plot.removeAttribute("role");
    plot.style.minHeight = "0";
  };

  const render = (plot, { data, layout }, printed) => {
    plot.dataset.height ??= layout.height;
    const size = printed
      ? { autosize: false, width: PRINTED.width, height: PRINTED.height * plot.dataset.height }
      : { autosize: true, width: undefined, height: Number(plot.dataset.height) };
    const image = { filename: plot.id.replace("plot-", ""), scale: 2 };
    const options = { ...config, staticPlot: printed, toImageButtonOptions: image };
    Plotly.newPlot(plot, data, { ...layout, ...size }, options).catch(() => fail(plot));
  };

  const draw = (plot) => {
    if (!waiting.delete(plot)) return;
    try {
      const figure = JSON.parse(document.getElementById(plot.id.replace("plot-", "data-")).textContent);
      if (swiped) figure.layout.dragmode = false;
      drawn.add(plot);
      render(plot, figure, false);
    } catch {
      fail(plot);
    }
  };

  const unpack = async (element) => {
    const letters = atob(element.textContent);
    const packed = new Uint8Array(letters.length);
    for (let at = 0; at < letters.length; at++) packed[at] = letters.charCodeAt(at);
    const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
    const script = document.createElement("script");
    script.textContent = await new Response(stream).text();
    document.head.append(script);
    element.remove();
    if (!window.Plotly) throw new Error("the drawing library did not start");
  };

  const start = async () => {
    await unpack(document.getElementById("library"));
    for (const plot of plots) {
      draw(plot);
      await new Promise((resolve) => setTimeout(resolve)); // lets the reader scroll meanwhile
    }
  };

  addEventListener("beforeprint", () => {
    if (!window.Plotly) return;
    [...waiting].forEach(draw);
    drawn.forEach((plot) => render(plot, plot, true));
  });
  addEventListener("afterprint", () => drawn.forEach((plot) => render(plot, plot, false)));

  start().catch(() => plots.forEach(fail)).finally(() => {
    document.documentElement.dataset.drawn = drawn.size;
  });
})();
