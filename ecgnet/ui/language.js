// The document says in which language it is, so that a screen reader pronounces it.
export default function ({ data }) {
  document.documentElement.lang = data.lang;
}
