// Keys do what clicks do. Before anything else on the page hears of them, so that a control that was clicked on keeps no arrow.
const TYPING =
  "input:not([type=radio], [type=checkbox], [type=button], [type=range]), textarea, select, [contenteditable=true], [role=textbox], " +
  "[role=combobox], [role=slider], [role=dialog], [role=listbox], [role=menu], dialog[open]";
const OWN_ARROWS = "[role=radiogroup], [role=tablist], [role=grid], canvas, [role=radio]";
const SHOWN = { ArrowLeft: "←", ArrowRight: "→" };
const WAIT = 1500; // ms between the two keys of a pair

export default function ({ data, parentElement }) {
  parentElement.ecgnetEnd?.(); // Streamlit ends what it called last when the part goes, not when its data change
  const words = data.words;
  const every = Object.values(data.keys).flat();
  const dialog = parentElement.querySelector("dialog");
  parentElement.querySelector("button").title = words.press;
  parentElement.querySelector("button span").textContent = words.keys;
  let first = null; // the first key of a pair, and when
  let byTab = false; // arrows belong to a control that was reached with the keyboard

  const seen = (selector) =>
    [...document.querySelectorAll(selector)].find((node) => node.getClientRects().length && !node.disabled);
  const choices = (selector) => [...document.querySelectorAll(selector)].map(
    (group) => [...group.querySelectorAll("[role=radio]")]).find((radios) => radios.length) ?? [];
  const chosen = (radios) => radios.findIndex((radio) => radio.getAttribute("aria-checked") === "true");
  const click = (node) => node && (node.click(), true);
  const acts = {
    click: (key) => click(seen(key.on)),
    next: (key) => {
      const radios = choices(key.on);
      return click(radios[(chosen(radios) + 1) % radios.length]);
    },
    before: (key) => {
      const radios = choices(key.on);
      return click(radios.at(chosen(radios) - 1));
    },
    nth: (key) => click(choices(key.on)[key.n]),
    page: (key) => click([...document.querySelectorAll("[data-testid=stTopNavLink], [data-testid=stSidebarNavLink]")].find(
      (link) => new URL(link.href).pathname.split("/").pop() === key.on)),
    focus: (key) => {
      const focus = () => document.querySelector(key.on)?.focus();
      if (seen(key.on)?.getBoundingClientRect().right > 0) focus();
      else {
        document.querySelector("[data-testid=stExpandSidebarButton]")?.click();
        setTimeout(focus, 50);
      }
      return !!document.querySelector(key.on);
    },
    event: (key) => !window.dispatchEvent(new CustomEvent(key.on, { cancelable: true })),
    list: () => (dialog.showModal(), true),
  };

  const press = (event) => {
    if (event.key === "Tab") byTab = true;
    const path = event.composedPath();
    const inside = (selector) => path.some((node) => node.matches?.(selector));
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || inside(TYPING)) return;
    if (event.key === "Enter" && (event.repeat || (byTab && inside("button, a, summary, [role=button]")))) return;
    if (SHOWN[event.key] && (inside(".ecgnet-calipers") || (byTab && inside(OWN_ARROWS)))) return;
    const pair = first && Date.now() - first.at < WAIT ? `${first.key} ${event.key}` : null;
    first = null;
    const paired = every.filter((one) => one.press === pair);
    const able = paired.length ? paired : every.filter((one) => one.press === event.key);
    if (!able.length && every.some((one) => one.press.startsWith(`${event.key} `))) first = { key: event.key, at: Date.now() };
    else if (!able.some((key) => acts[key.act](key))) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  };
  const point = () => (byTab = false);
  window.addEventListener("keydown", press, true);
  window.addEventListener("pointerdown", point, true);

  const made = (name, text, ...inner) => {
    const node = document.createElement(name);
    if (text) node.textContent = text;
    node.append(...inner);
    return node;
  };
  const title = made("h2", words.keys);
  title.id = "title";
  const subjects = made("div", "", ...Object.entries(data.keys).map(([subject, keys]) => made("section", "",
    made("h3", subject),
    made("dl", "", ...keys.flatMap((key) => [
      made("dt", "", ...key.press.split(" ").flatMap((one) => [made("kbd", SHOWN[one] ?? one), " "])),
      made("dd", key.words)])))));
  subjects.className = "subjects";
  const help = made("button", words.help); // a click on the navigation's own link: another would end the visit
  help.onclick = () => acts.page({ on: "help" });
  const done = made("button", words.close);
  done.autofocus = true;
  const close = made("form", "", help, " ", done);
  close.method = "dialog";
  dialog.replaceChildren(title, subjects, close);
  parentElement.querySelector("button").onclick = () => dialog.showModal();
  return (parentElement.ecgnetEnd = () => {
    window.removeEventListener("keydown", press, true);
    window.removeEventListener("pointerdown", point, true);
  });
}
