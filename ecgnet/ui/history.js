// The browser's history: a page or a record that is opened adds an entry, a setting changes the one that is there.
// Streamlit adds one for whatever its server writes into the link.
export default function ({ data }) {
  const named = (url) => url.searchParams.get(data.name);
  if (!window.ecgnetHistory) {
    window.ecgnetHistory = true;
    const push = history.pushState.bind(history);
    history.pushState = (state, title, to) => {
      const here = new URL(location.href);
      const next = new URL(to, here);
      const opens = next.pathname !== here.pathname || (named(here) && named(next) && named(here) !== named(next));
      (opens ? push : history.replaceState.bind(history))(state, title, to);
    };
    const style = document.createElement("style");
    style.textContent = ".st-key-history {display: none !important}";
    document.head.append(style);
  }
  const here = new URL(location.href);
  if (data.record && !named(here)) {
    here.searchParams.set(data.name, data.record);
    history.replaceState(history.state, "", here);
  }
}
