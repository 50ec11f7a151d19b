// Runs once when the transcript is on the page. `element`, `trigger` and `watch` are Gradio's.
// Everything that needs the server goes through trigger(); the rest (focus, scrolling, copying) happens here.

const root = document.documentElement;
const running = () => element.querySelector(".turn.running");
const box = () => document.querySelector("#box textarea");
const canHover = matchMedia("(hover: hover)").matches;

// after the event that asks for it: the Enter that pressed a button must not be typed into the box
const focusBox = () => {
  if (canHover) setTimeout(() => box()?.focus({ preventScroll: true }));
};

const actions = {
  ask: (button) => {
    if (!running()) trigger("ask", { question: button.dataset.question });
    focusBox();
  },
  retry: () => {
    if (!running()) trigger("retry", {});
    focusBox();
  },
  cite: (button) => {
    document.dispatchEvent(new CustomEvent("medialis:opening", { detail: button }));
    trigger("cite", { turn: Number(button.dataset.turn), n: Number(button.dataset.n) });
  },
  vote: (button) => trigger("vote", { turn: Number(button.dataset.turn), vote: button.dataset.vote }),
  close: () => document.dispatchEvent(new CustomEvent("medialis:close")),
  copy: (button) => copy(button),
};

async function copy(button) {
  const body = button.closest(".turn").querySelector(".body").cloneNode(true);
  body.querySelectorAll(".cite").forEach((one) => one.replaceWith(` [${one.textContent}]`));
  const blocks = [...body.querySelectorAll("p, li")].map((one) => one.textContent.replace(/\s+/g, " ").trim());
  const quotes = [...button.closest(".turn").querySelectorAll(".sources li")].map((one) => {
    const quote = one.querySelector("q"); // left out where the answer itself is the quote
    const numbers = [...one.querySelectorAll(".n, .cite")].map((number) => `[${number.textContent}]`).join("");
    return `${numbers} ${one.querySelector(".section").textContent}${quote ? `: “${quote.textContent}”` : ""}`;
  });
  const text = [...blocks, ...quotes].join("\n\n");
  if (navigator.clipboard) await navigator.clipboard.writeText(text);
  else copyTheOldWay(text); // plain http on a local network has no clipboard API
  const label = button.querySelector("span");
  const before = label.textContent;
  if (before === button.dataset.done) return;
  label.textContent = button.dataset.done;
  setTimeout(() => (label.textContent = before), 2000);
}

function copyTheOldWay(text) {
  const area = Object.assign(document.createElement("textarea"), { value: text });
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-act]");
  if (button && button.tagName === "BUTTON") actions[button.dataset.act]?.(button);
  if (event.target.closest("#send, #stop, #new")) focusBox();
  if (event.target.closest("#read")) {
    document.dispatchEvent(new CustomEvent("medialis:opening", { detail: event.target.closest("#read") }));
  }
});

element.addEventListener("submit", (event) => {
  event.preventDefault();
  const form = event.target;
  const data = new FormData(form);
  trigger("feedback", {
    turn: Number(form.dataset.turn),
    reason: data.get("reason") ?? "",
    comment: data.get("comment") ?? "",
    consent: data.get("consent") === "on",
  });
});

// Enter sends nothing while an answer is being written, or when there is nothing to send
document.addEventListener(
  "keydown",
  (event) => {
    if (event.key === "Enter" && !event.shiftKey && event.target === box() && (running() || !box().value.trim())) {
      event.preventDefault();
      event.stopPropagation();
    }
  },
  true,
);

// Gradio sets title and language of the page itself and knows not all of ours: they come with the foot
const translate = () => {
  const words = document.querySelector("#foot [data-label]")?.dataset;
  if (!words) return;
  if (document.title !== words.title) document.title = words.title;
  Object.assign(root, { lang: words.lang, dir: words.dir });
  if (box()) Object.assign(box(), { id: "question", ariaLabel: words.label });
};
new MutationObserver(translate).observe(document, { childList: true, subtree: true });
translate();

let turns = 0;
let voting = false;
watch("value", () => {
  const now = element.querySelectorAll(".turn").length;
  const last = element.querySelector(".turn:last-of-type");
  const smooth = matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth";
  if (now > turns || (now === turns && last?.classList.contains("running") && !last.querySelector(".body p"))) {
    last?.scrollIntoView({ block: "start", behavior: smooth });
  } else if (now === 0 && turns > 0) {
    scrollTo({ top: 0 });
  }
  const form = element.querySelector("form.vote");
  if (form && !voting) form.scrollIntoView({ block: "nearest", behavior: smooth });
  voting = Boolean(form);
  turns = now;
  root.classList.toggle("talking", now > 0);
});
