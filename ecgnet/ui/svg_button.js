// Gives every chart's toolbar, beside plotly's button for PNG, one for SVG, and lets both be reached by keyboard; and lets
// paper fill its box again when that has changed: plotly keeps what it once made smaller, as for the whole screen.
export default function ({ data }) {
  window.ecgnetSvgWords = data.words; // the page may speak another language meanwhile
  if (window.ecgnetSvgButton) return;
  window.ecgnetSvgButton = true;

  const style = document.createElement("style");
  style.textContent = "[class*='st-key-svg-'] {display: none !important}";
  document.head.append(style);

  const reachable = (button, words) => {
    button.dataset.title = words;
    button.setAttribute("aria-label", words);
    button.setAttribute("role", "button");
    button.tabIndex = 0;
    button.addEventListener("keydown", (event) => {
      if (event.key === "Enter" || event.key === " ") {
        event.preventDefault();
        button.click();
      }
    });
  };

  const fit = (graph) => {
    const { width, height, yaxis } = graph._fullLayout;
    const size = `${width} ${height}`;
    const changed = graph.ecgnetSize && graph.ecgnetSize !== size;
    graph.ecgnetSize = size;
    if (changed && yaxis?.scaleanchor)
      window.Plotly.relayout(graph, {"xaxis.domain": [0, 1], "yaxis.domain": [0, 1]});
  };

  const add = () => {
    for (const graph of document.querySelectorAll(".js-plotly-plot")) {
      if (!graph.on || !graph._fullLayout || graph.ecgnetFits) continue;
      graph.ecgnetFits = true;
      graph.on("plotly_afterplot", () => fit(graph));
      fit(graph);
    }
    for (const png of document.querySelectorAll(".modebar-btn[data-title^='Download plot']")) {
      const svg = png.cloneNode(false);
      svg.style.cssText = "font: 600 10px sans-serif; line-height: 20px; width: auto; color: #8a949e";
      svg.textContent = "SVG";
      svg.addEventListener("click", () => {
        const graph = svg.closest(".js-plotly-plot");
        window.Plotly.downloadImage(graph, {...graph._context.toImageButtonOptions, format: "svg", scale: 1});
      });
      reachable(png, window.ecgnetSvgWords.png);
      reachable(svg, window.ecgnetSvgWords.svg);
      png.after(svg);
    }
  };
  add();
  new MutationObserver(add).observe(document.body, {childList: true, subtree: true});
}
