// Calipers on an ECG sheet, drawn in the browser: no word to the server, every number from the samples on screen.
// Two clicks, or one drag, or the arrow keys. Points snap to the samples of the lead that is nearest.
const SVG = "http://www.w3.org/2000/svg";
const REACH = 30; // pixels around a trace within which a click is meant for it

export default function ({ data, parentElement }) {
  parentElement.ecgnetEnd?.(); // Streamlit ends what it called last when the part goes, not when its data change
  const button = parentElement.querySelector("button");
  const output = parentElement.querySelector("output");
  button.textContent = data.words.calipers;
  button.title = data.words.how;
  const told = (number) => String(number).replace(".", data.point);
  const room = () => document.querySelector(data.room);
  const state = (parentElement.ecgnet ??= { on: false });
  if (state.record !== data.record) Object.assign(state, { record: data.record, points: null });
  let { on, points } = state; // points: {name, first, second}, a trace by name, samples by time in s
  let drawing = false;
  let keyboard = false;
  let svg = null;

  const graph = () => room()?.querySelector(".js-plotly-plot");
  const leads = (gd) => gd._fullData.filter((t) => ["lead", "rhythm"].includes(t.meta?.kind));
  const sample = (trace, time) =>
    Math.min(Math.max(Math.round((time - trace.x0) / trace.dx), 0), trace.y.length - 1);
  const timeAt = (trace, k) => trace.x0 + k * trace.dx;
  const x = (gd, t) => gd._fullLayout.xaxis._offset + gd._fullLayout.xaxis.c2p(t);
  const y = (gd, v) => gd._fullLayout.yaxis._offset + gd._fullLayout.yaxis.c2p(v);

  const nearest = (gd, px, py) => {
    const time = gd._fullLayout.xaxis.p2c(px - gd._fullLayout.xaxis._offset);
    let best = null;
    for (const trace of leads(gd)) {
      const end = timeAt(trace, trace.y.length - 1);
      if (time < trace.x0 - 4 * trace.dx || time > end + 4 * trace.dx) continue;
      const k = sample(trace, time);
      const value = Number.isFinite(trace.y[k]) ? trace.y[k] : trace.meta.offset;
      // the trace itself, or else the row's zero line, is near
      const far = Math.min(Math.abs(y(gd, value) - py), Math.abs(y(gd, trace.meta.offset) - py));
      if (!best || far < best.far) best = { trace, k, far };
    }
    return best;
  };

  const words = (trace, a, b) => {
    const ms = 1000 * trace.dx * Math.abs(b - a);
    const level = (k) => (typeof trace.customdata?.[k] === "number" ? trace.customdata[k] : trace.y[k]);
    const mv = level(b) - level(a);
    const height = Number.isFinite(mv) ? `${mv < 0 ? "−" : "+"}${told(Math.abs(mv).toFixed(3))} mV` : data.words.lacking;
    const rate = a === b ? "" : `, ${told((60000 / ms).toFixed(1))}/min`;
    return `${trace.meta.lead}: ${told(+ms.toFixed(1))} ms, ${height}${rate}`;
  };

  const add = (name, attributes, text) => {
    const node = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
    if (text) node.textContent = text;
    svg.append(node);
    return node;
  };

  const draw = () => {
    Object.assign(state, { on, points });
    const gd = graph();
    if (!gd?._fullLayout?.xaxis) return;
    const holder = gd.querySelector(".svg-container") ?? gd;
    if (on && svg?.parentNode !== holder) {
      svg?.remove();
      svg = document.createElementNS(SVG, "svg");
      svg.setAttribute("class", "ecgnet-calipers");
      svg.setAttribute("tabindex", "0");
      svg.setAttribute("role", "application");
      svg.setAttribute("aria-label", data.words.arrows);
      holder.append(svg);
      svg.addEventListener("pointerdown", down);
      svg.addEventListener("pointermove", move);
      svg.addEventListener("pointerup", up);
      svg.addEventListener("keydown", key);
    }
    if (!svg) return;
    const { xaxis, yaxis } = gd._fullLayout;
    svg.style.cssText =
      "position:absolute;inset:0;width:100%;height:100%;cursor:crosshair;touch-action:none;outline-offset:-2px;" +
      `outline:${keyboard ? `2px solid ${data.colour}` : "none"};` +
      (on ? "" : "display:none");
    svg.replaceChildren();
    output.textContent = on ? data.words.begin : "";
    const trace = points && leads(gd).find((t) => t.name === points.name);
    if (!on || !trace) return;
    const [a, b] = [sample(trace, points.first), sample(trace, points.second)];
    const colour = data.colour;
    const [left, right] = [x(gd, timeAt(trace, a)), x(gd, timeAt(trace, b))];
    const value = (k) => y(gd, Number.isFinite(trace.y[k]) ? trace.y[k] : trace.meta.offset);
    const side = y(gd, 0) - y(gd, data.tall);
    const beam = Math.max(yaxis._offset + 12, Math.min(value(a), value(b)) - side / 2);
    const foot = Math.min(yaxis._offset + yaxis._length - 20, Math.max(value(a), value(b)) + side / 2);
    const line = { stroke: colour, "stroke-width": 1.4 };
    for (const [px, k] of [[left, a], [right, b]]) {
      add("line", { x1: px, x2: px, y1: beam, y2: foot, ...line });
      add("circle", { cx: px, cy: value(k), r: 3, fill: colour });
    }
    add("line", { x1: left, x2: right, y1: beam, y2: beam, ...line });
    add("line", { x1: left, x2: right, y1: value(a), y2: value(a), ...line, "stroke-dasharray": "2 3" });
    const said = words(trace, a, b);
    const middle = Math.min(Math.max((left + right) / 2, xaxis._offset + 90), xaxis._offset + xaxis._length - 90);
    const text = { x: middle, y: foot + 15, "text-anchor": "middle", "font-size": 13, "font-weight": 600 };
    add("text", { ...text, fill: colour, stroke: data.paper, "stroke-width": 4, "paint-order": "stroke" }, said);
    output.textContent = said;
  };

  const place = (event) => {
    const box = svg.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };
  let begun = null;
  const down = (event) => {
    const found = nearest(graph(), ...place(event));
    if (!found) return;
    event.preventDefault();
    keyboard = false;
    svg.focus({ preventScroll: true });
    svg.setPointerCapture(event.pointerId);
    const time = timeAt(found.trace, found.k);
    if (drawing && points.name === found.trace.name) {
      points.second = time; // the second of two clicks
      drawing = false;
    } else {
      points = { name: found.trace.name, first: time, second: time };
      drawing = true;
    }
    begun = [event.clientX, event.clientY];
    draw();
  };
  const move = (event) => {
    if (!drawing) return;
    const gd = graph();
    const trace = leads(gd).find((t) => t.name === points.name);
    const time = gd._fullLayout.xaxis.p2c(place(event)[0] - gd._fullLayout.xaxis._offset);
    points.second = timeAt(trace, sample(trace, time));
    draw();
  };
  const up = (event) => {
    const moved = begun && Math.hypot(event.clientX - begun[0], event.clientY - begun[1]) > 4;
    if (drawing && moved) drawing = false; // a drag is done; a click waits for the second one
    begun = null;
  };
  const key = (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (event.key === "Escape") points = null;
    else if (!step || !graph()) return;
    else {
      const trace = leads(graph()).find((t) => t.name === points?.name) ?? leads(graph()).at(-1);
      if (points?.name !== trace.name) points = { name: trace.name, first: trace.x0, second: trace.x0 };
      const k = sample(trace, points.second) + step * (event.shiftKey ? 10 : 1);
      points.second = timeAt(trace, Math.min(Math.max(k, 0), trace.y.length - 1));
    }
    event.preventDefault();
    event.stopPropagation(); // the page has its own use for arrow keys
    drawing = false;
    keyboard = true;
    draw();
  };

  const show = () => {
    button.setAttribute("aria-pressed", String(on));
    draw();
  };
  button.onclick = () => {
    on = !on;
    if (!on) points = null;
    show();
    if (on) svg?.focus({ preventScroll: true });
  };
  const byKey = (event) => {
    event.preventDefault(); // says that there are calipers here
    button.onclick();
  };
  window.addEventListener("ecgnet-calipers", byKey);
  // Plotly draws anew after zoom, resize and rerun; the overlay follows.
  let watched = null;
  const follow = () => {
    const gd = graph();
    if (gd && gd !== watched && gd.on) {
      watched = gd;
      gd.on("plotly_afterplot", draw);
    }
    if (on && gd && svg?.parentNode !== (gd.querySelector(".svg-container") ?? gd)) draw();
  };
  const timer = setInterval(follow, 250);
  follow();
  show();
  return (parentElement.ecgnetEnd = () => {
    clearInterval(timer);
    window.removeEventListener("ecgnet-calipers", byKey);
    watched?.removeListener?.("plotly_afterplot", draw);
    svg?.remove();
  });
}
