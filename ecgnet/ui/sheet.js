// What an ECG sheet does in the browser: it fits the window below what stands above it; a click on a lead, or the event
// ecgnet-zoom, zooms on that lead; a click, Escape or the key above the paper shows all of them again.
const SPAN = 5; // s of a lead that are zoomed on at most
const LEAST = 2; // mV of paper at least
const BAR = 64; // pixels of the pages' bar
const STILL = 4; // pixels within which a press is a click

export default function ({ data }) {
  window.ecgnetSheetWords = data.words; // the page may speak another language meanwhile
  if (window.ecgnetSheet) return;
  window.ecgnetSheet = true;

  const style = document.createElement("style");
  style.textContent = `[class*='st-key-sheetjs-'] {display: none !important}
    .ecgnet-whole {position: absolute; left: 12px; top: 0; z-index: 5; padding: 3px 8px; cursor: pointer;
      font-family: inherit; font-size: .8rem; border: 1px solid currentColor; border-radius: 4px}`;
  document.head.append(style);

  const sheets = () => [...document.querySelectorAll(".js-plotly-plot")].filter((gd) => gd._fullLayout?.yaxis?.scaleanchor);
  const leads = (gd) => (gd._fullData ?? []).filter((trace) => ["lead", "rhythm"].includes(trace.meta?.kind));
  const room = (gd) => gd.closest("[class*='-room']");
  const zoomed = new WeakMap(); // graph → {lead, whole: ranges before, shown: ranges now}

  // Height that is left for a sheet that fits below what stands above it.
  const fit = () => {
    const page = document.querySelector("[data-testid=stMain]");
    for (const gd of page ? sheets() : []) {
      const place = room(gd);
      if (!place || place.querySelector("[aria-label='Close fullscreen']")) continue;
      const top = place.getBoundingClientRect().top - page.getBoundingClientRect().top + page.scrollTop;
      const above = top < 0.7 * innerHeight ? Math.round(top) : BAR; // what is scrolled to has the window for itself
      if (place.style.getPropertyValue("--above") !== `${above}px`) place.style.setProperty("--above", `${above}px`);
    }
  };

  const whole = (gd) => {
    const kept = zoomed.get(gd);
    if (!kept) return false;
    zoomed.delete(gd);
    dress(gd);
    show(gd, kept.whole);
    return true;
  };
  const show = (gd, [x, y]) =>
    window.Plotly.relayout(gd, { "xaxis.range": x, "yaxis.range": y, "xaxis.domain": [0, 1], "yaxis.domain": [0, 1] });

  const bare = (place, zooms = false) => {
    place.toggleAttribute("data-zoomed", zooms);
    place.style.removeProperty("--steep");
  };
  // The room's proportion and the key above the paper, for a zoomed lead or for none.
  const dress = (gd) => {
    const kept = zoomed.get(gd);
    const place = room(gd);
    gd.querySelector(".ecgnet-whole")?.remove();
    if (place) bare(place, !!kept);
    if (!kept) return;
    const [x, y] = kept.shown;
    place?.style.setProperty("--steep", ((y[1] - y[0]) * gd._fullLayout.yaxis.scaleratio) / (x[1] - x[0]));
    const key = document.createElement("button");
    key.type = "button";
    key.className = "ecgnet-whole";
    key.textContent = window.ecgnetSheetWords.whole.replace("{lead}", kept.lead);
    key.style.background = gd._fullLayout.plot_bgcolor;
    key.style.color = gd._fullLayout.font.color;
    key.onclick = () => whole(gd);
    (gd.querySelector(".svg-container") ?? gd).append(key);
  };

  const zoom = (gd, trace, time) => {
    const { xaxis, yaxis } = gd._fullLayout;
    const last = trace.x0 + trace.dx * (trace.y.length - 1);
    const width = Math.min(SPAN, last - trace.x0);
    const from = Math.min(Math.max(time - width / 2, trace.x0), last - width);
    const part = [...trace.y].filter((v, k) => {
      const t = trace.x0 + k * trace.dx;
      return Number.isFinite(v) && t >= from && t <= from + width;
    });
    const [low, high] = part.length ? [Math.min(...part), Math.max(...part)] : [trace.meta.offset, trace.meta.offset];
    const more = Math.max(0.3, (LEAST - (high - low)) / 2);
    const shown = [[from - width / 50, from + width * 1.02], [low - more, high + more]];
    const before = zoomed.get(gd)?.whole ?? [[...xaxis.range], [...yaxis.range]];
    zoomed.set(gd, { lead: trace.meta.lead, trace: trace.name, whole: before, shown });
    dress(gd);
    show(gd, shown);
  };

  const at = (gd, event) => {
    const { xaxis, yaxis } = gd._fullLayout;
    const box = gd.getBoundingClientRect();
    const time = xaxis.p2c(event.clientX - box.left - xaxis._offset);
    const level = yaxis.p2c(event.clientY - box.top - yaxis._offset);
    const near = leads(gd)
      .filter((trace) => time >= trace.x0 - 0.1 && time <= trace.x0 + trace.dx * trace.y.length + 0.1)
      .map((trace) => ({ trace, far: Math.abs(trace.meta.offset - level) }))
      .sort((a, b) => a.far - b.far);
    const inside = level > Math.min(...yaxis.range) && level < Math.max(...yaxis.range);
    return inside && near.length ? { trace: near[0].trace, time } : null;
  };

  let pressed = null;
  window.addEventListener("pointerdown", (event) => {
    const gd = event.button === 0 && event.target.closest?.(".js-plotly-plot");
    const other = event.target.closest?.(".modebar, .ecgnet-calipers, .ecgnet-whole, .legend");
    pressed = gd && !other && gd._fullLayout && leads(gd).length ? { gd, x: event.clientX, y: event.clientY } : null;
  }, true);
  window.addEventListener("pointercancel", () => (pressed = null), true);
  window.addEventListener("pointerup", (event) => {
    const { gd, x, y } = pressed ?? {};
    pressed = null;
    if (!gd || Math.hypot(event.clientX - x, event.clientY - y) > STILL || whole(gd)) return;
    const found = at(gd, event);
    if (found) setTimeout(() => zoom(gd, found.trace, found.time)); // plotly ends its own press first
  }, true);
  window.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || document.querySelector("[role=dialog], dialog[open]")) return;
    if (sheets().filter(whole).length) event.stopImmediatePropagation();
  }, true);
  // One lead after the other, then all of them again.
  window.addEventListener("ecgnet-zoom", (event) => {
    const gd = sheets().find((each) => leads(each).length);
    if (!gd) return;
    event.preventDefault(); // says that there is a sheet here
    const every = leads(gd).filter((trace) => trace.meta.kind === "lead");
    const next = every[every.findIndex((trace) => trace.name === zoomed.get(gd)?.trace) + 1];
    if (next) zoom(gd, next, next.x0);
    else whole(gd);
  });

  // Another ECG, or a zoom by dragging, takes the zoomed lead's place.
  const left = (gd) => {
    const kept = zoomed.get(gd);
    if (!kept) return;
    const now = [gd._fullLayout.xaxis.range, gd._fullLayout.yaxis.range].flat();
    const same = (ranges) => ranges.flat().every((v, k) => Math.abs(v - now[k]) < 1e-6);
    if (kept.seen && !same(kept.shown)) {
      zoomed.delete(gd);
      dress(gd);
    } else if (same(kept.shown)) kept.seen = true;
  };
  let waiting = false;
  const look = () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      for (const gd of sheets()) {
        if (gd.ecgnetZooms || !gd.on) continue;
        gd.ecgnetZooms = true;
        gd.on("plotly_afterplot", () => left(gd));
      }
      for (const place of document.querySelectorAll("[data-zoomed]"))
        if (!zoomed.has(place.querySelector(".js-plotly-plot"))) bare(place); // drawn anew
      fit();
    });
  };
  look();
  new MutationObserver(look).observe(document.body, { childList: true, subtree: true });
  window.addEventListener("resize", look);
}
