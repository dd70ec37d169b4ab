// An icon that stands beside words says nothing to a screen reader, which would read out its name ("chevron_right Next").
const ICONS = "[data-testid=stIconMaterial], span[role=img][translate=no]";
const HOLDERS = "button, a, summary, label, [role=tab], [role=option], [role=alert], p, li";
const CALM = 200; // ms without a change of the page

const words = (node) => {
  const left = node.cloneNode(true);
  left.querySelectorAll(ICONS).forEach((icon) => icon.remove());
  return left.textContent.trim();
};
const quieten = () => document.querySelectorAll(ICONS).forEach((icon) => {
  if (icon.ariaHidden === "true") return;
  const holder = icon.closest(HOLDERS) ?? icon.parentElement;
  if (holder && words(holder)) icon.setAttribute("aria-hidden", "true");
});

export default function ({ parentElement }) {
  parentElement.ecgnetEnd?.(); // Streamlit ends what it called last when the part goes, not when its data change
  let waiting;
  const observer = new MutationObserver(() => {
    clearTimeout(waiting);
    waiting = setTimeout(quieten, CALM);
  });
  observer.observe(document.body, { childList: true, subtree: true });
  quieten();
  return (parentElement.ecgnetEnd = () => {
    clearTimeout(waiting);
    observer.disconnect();
  });
}
