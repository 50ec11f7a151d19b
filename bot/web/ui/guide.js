// Runs once when the place of the guide is on the page: opening, closing, and where the focus goes.

const root = document.documentElement;
const narrow = matchMedia("(max-width: 1023px)");
let opener = null;

const rest = () => document.querySelectorAll("#top, #chat, #composer");

function open() {
  if (!element.querySelector(".guide")) return close();
  root.classList.add("reading");
  rest().forEach((one) => (one.inert = narrow.matches)); // on a phone the guide covers the page
  const mark = element.querySelector("mark");
  const target = mark ?? element.querySelector("h2");
  requestAnimationFrame(() => {
    if (mark) {
      const smooth = matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth";
      mark.scrollIntoView({ block: "center", behavior: smooth });
      mark.tabIndex = -1;
    } else {
      element.querySelector(".pages").scrollTop = 0;
    }
    target?.focus({ preventScroll: true });
  });
}

function close() {
  if (!root.classList.contains("reading")) return;
  root.classList.remove("reading");
  rest().forEach((one) => (one.inert = false));
  if (opener?.isConnected) opener.focus({ preventScroll: true });
}

document.addEventListener("medialis:opening", (event) => {
  opener = event.detail;
  const now = element.querySelector(".guide")?.dataset;
  const { guide, start = "0", end = "0" } = opener.dataset;
  // the same place again changes nothing on the server, so no value arrives to open it
  if (now && (!guide || guide === now.guide) && start === now.start && end === now.end) open();
});
document.addEventListener("medialis:close", close);
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") close();
});
narrow.addEventListener("change", () => {
  if (root.classList.contains("reading")) rest().forEach((one) => (one.inert = narrow.matches));
});
watch("value", open);
