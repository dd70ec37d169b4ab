// What a reader says of a case. What is not locked yet is kept for this tab, with the reading time, so that a reload goes on.
const TICK = 500; // ms
const ACTIVE = ["pointermove", "pointerdown", "keydown", "wheel", "scroll", "touchstart"];

export default function ({ data, parentElement, setTriggerValue }) {
  parentElement.ecgnetEnd?.(); // Streamlit ends what it called last when the part goes, not when its data change
  const form = parentElement.querySelector("form");
  const [room, slider, output, lock] = [".classes", "input", "output", "[type=submit]"].map((one) => form.querySelector(one));
  room.setAttribute("aria-label", data.words.see);
  form.querySelector("label span").textContent = data.words.confidence;
  lock.textContent = data.words.lock;
  const draft = JSON.parse(sessionStorage.getItem(data.draft) ?? "null") ?? {
    classes: data.begin, confidence: data.confidence, seconds: 0 };
  form.dataset.read = data.draft;
  slider.disabled = false;
  const keep = () => sessionStorage.setItem(data.draft, JSON.stringify(draft));

  const draw = () => {
    for (const button of room.children) button.setAttribute("aria-pressed", draft.classes.includes(button.dataset.class));
    output.textContent = slider.value = draft.confidence;
    lock.disabled = !draft.classes.length;
    keep();
  };
  const toggle = (label) => { // normal stands alone
    const others = draft.classes.filter((one) => one !== label && (one === data.alone) === (label === data.alone));
    draft.classes = draft.classes.includes(label) ? others : [...others, label];
    draw();
  };
  room.replaceChildren(...data.classes.map(({ label, title }, n) => {
    const button = document.createElement("button");
    const key = document.createElement("kbd");
    key.textContent = n + 1;
    button.append(key, label);
    Object.assign(button, { type: "button", title, onclick: () => toggle(label) });
    button.dataset.class = label;
    return button;
  }));
  slider.oninput = () => { draft.confidence = Number(slider.value); draw(); };
  form.onsubmit = (event) => {
    event.preventDefault();
    if (lock.disabled) return;
    for (const part of form.querySelectorAll("button, input")) part.disabled = true; // keys are the next form's
    setTriggerValue("locked", { ...draft });
  };

  let active = Date.now();
  let last = Date.now();
  const stir = () => { active = Date.now(); };
  const drawn = () => document.querySelector("[data-testid=stApp]")?.dataset.testScriptState !== "running";
  const tick = () => {
    const now = Date.now();
    const awake = document.visibilityState === "visible" && now - active < 1000 * data.idle;
    const reading = awake && drawn(); // who waits for an explanation does not read
    if (reading) draft.seconds += Math.min(now - last, 2 * TICK) / 1000; // a machine that slept was not read at
    last = now;
    keep();
  };
  for (const kind of ACTIVE) window.addEventListener(kind, stir, { capture: true, passive: true });
  const timer = setInterval(tick, TICK);
  draw();
  return (parentElement.ecgnetEnd = () => {
    clearInterval(timer);
    for (const kind of ACTIVE) window.removeEventListener(kind, stir, { capture: true });
  });
}
