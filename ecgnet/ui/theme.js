// The page turned from light to dark, or back, while it was open: what the server drew asks to be drawn anew.
export default function ({ setTriggerValue, parentElement }) {
  const media = window.matchMedia("(prefers-color-scheme: dark)");
  const turned = () => setTriggerValue("turned", media.matches ? "dark" : "light");
  parentElement.ecgnetThemeEnd?.();
  media.addEventListener("change", turned);
  return (parentElement.ecgnetThemeEnd = () => media.removeEventListener("change", turned));
}
