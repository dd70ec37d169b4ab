// The login comes back to the start page, whatever page was asked for. The door keeps the link in this tab, and who was let in
// goes there, once.
const KEPT = "ecgnet-asked-for";
const LONGEST = 15 * 60 * 1000; // ms that a login takes

export default function ({ data }) {
  if (!document.getElementById(KEPT)) {
    const style = Object.assign(document.createElement("style"), { id: KEPT });
    style.textContent = ".st-key-asked-for {display: none !important}";
    document.head.append(style);
  }
  if (!data.admitted) {
    sessionStorage.setItem(KEPT, JSON.stringify({ link: location.href, at: Date.now() }));
    return;
  }
  const kept = JSON.parse(sessionStorage.getItem(KEPT) ?? "null");
  sessionStorage.removeItem(KEPT);
  const atStart = location.pathname.replace(/\/+$/, "") === data.start;
  if (!kept || !atStart || Date.now() - kept.at > LONGEST || kept.link === location.href) return;
  if (new URL(kept.link).origin === location.origin) location.replace(kept.link);
}
