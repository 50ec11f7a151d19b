// Finds a quoted sentence in the page the chat stands on, whatever markup runs through it, and shows it there.
const NAME = 'medialis-citation';
/** The colours of the highlight; the page sets these properties to change them. */
export const HIGHLIGHT = `::highlight(${NAME}) { background-color: var(--medialis-mark, #ffe27a); color: var(--medialis-on-mark, #241d00); }`;
const SKIP = 'script,style,noscript,template,textarea,select,medialis-chat,[hidden]';
const KEPT = /[\p{L}\p{N}\p{M}]/u;
const SHORTEST = 8; // letters and digits below which a quote may stand anywhere by chance
const MARGIN = 24; // pixels kept free around the sentence

/** Letters and digits only, so that spaces, quotes, dashes and line breaks cannot differ; `[text, offsets]`. */
export const fold = (text) => {
  let folded = '';
  const offsets = [];
  let at = 0;
  for (const sign of text) {
    for (const one of sign.normalize('NFKD').toLowerCase())
      if (KEPT.test(one)) {
        folded += one;
        for (let i = 0; i < one.length; i++) offsets.push(at);
      }
    at += sign.length;
  }
  return [folded, offsets];
};

/** A quote without the signs of Markdown that a rendered page does not show. */
export const plain = (quote) => quote.replace(/!\[[^\]]*\]\([^)]*\)/g, '').replace(/\[([^\]]+)\]\([^)]*\)/g, '$1').replace(/<\/?[a-z][^>]*>/gi, '');

/** The address of a page that scrolls to a quote by itself (text fragments), or null without an address. */
export const fragment = (url, quote) => {
  if (!url || url.includes(':~:text=')) return url || null;
  const coded = (text) => encodeURIComponent(text).replace(/-/g, '%2D');
  const words = plain(quote).replace(/[*_`]/g, '').trim().split(/\s+/);
  const text = words.length > 12 ? `${coded(words.slice(0, 5).join(' '))},${coded(words.slice(-5).join(' '))}` : coded(words.join(' '));
  return `${url}${url.includes('#') ? '' : '#'}:~:text=${text}`;
};

const foreign = (node) => {
  const parent = node.parentElement;
  const note = parent?.closest('sup'); // a footnote's number is not part of the sentence
  return !parent || parent.closest(SKIP) || (note && (note.querySelector('a') || note.closest('a')));
};

const frame = (ranges) => {
  const boxes = ranges.map((one) => one.getBoundingClientRect());
  const edge = (side, pick) => pick(...boxes.map((box) => box[side]));
  const top = edge('top', Math.min);
  return { top, left: edge('left', Math.min), right: edge('right', Math.max), height: edge('bottom', Math.max) - top };
};

export class Article {
  /** `selector` names the article when the page holds more than that. */
  constructor(selector) {
    this.selector = selector;
  }

  #read() {
    const places = [];
    let text = '';
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      if (foreign(node)) continue;
      const [folded, offsets] = fold(node.data);
      if (folded) places.push({ node, start: text.length, offsets });
      text += folded;
    }
    return { text, places };
  }

  /** The quote in the page as one Range per text node, or null; of several places the one in `section` is taken. */
  find(quote, section = '') {
    const { text, places } = this.#read();
    const variants = [plain(quote), quote].map((one) => fold(one)[0]).filter((one) => one.length >= SHORTEST);
    const found = [];
    for (const wanted of new Set(variants))
      for (let at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + 1)) {
        const ranges = this.#ranges(places, at, at + wanted.length);
        if (ranges) found.push({ at, ranges });
      }
    if (found.length < 2) return found[0]?.ranges ?? null;
    return found.sort((a, b) => this.#rank(b, section, places) - this.#rank(a, section, places))[0].ranges;
  }

  #ranges(places, start, end) {
    const ranges = [];
    for (const { node, start: first, offsets } of places) {
      const [from, to] = [Math.max(start - first, 0), Math.min(end - first, offsets.length)];
      if (from >= to) continue;
      const range = document.createRange();
      const { data } = node;
      let [left, right] = [0, data.length];
      if (start >= first) {
        left = offsets[from];
        if (KEPT.test(data[left - 1] ?? ' ')) return null; // begins inside a word
      }
      if (end <= first + offsets.length) {
        right = offsets[to - 1] + String.fromCodePoint(data.codePointAt(offsets[to - 1])).length;
        if (KEPT.test(data[right] ?? ' ')) return null;
        right += /^[^\p{L}\p{N}\p{M}\s([{“‘«]*/u.exec(data.slice(right))[0].length; // the full stop belongs to it
      }
      range.setStart(node, left);
      range.setEnd(node, right);
      ranges.push(range);
    }
    return ranges.length ? ranges : null;
  }

  // The article before menus and teasers, the cited section before another.
  #rank({ at, ranges }, section, places) {
    const home = ranges[0].startContainer.parentElement.closest(this.selector || 'article,main,[role=main]');
    const heads = places.filter((one) => one.start < at).map((one) => one.node.parentElement.closest('h1,h2,h3,h4,h5,h6'));
    const head = heads.findLast(Boolean);
    return (home ? 2 : 0) + (head && fold(head.textContent)[0] === fold(section)[0] ? 1 : 0);
  }

  /** Highlight ranges, bring them into view beside `panel`, and give their paragraph the focus.
   * Returns false when the panel would cover them and must make room. */
  show(ranges, panel) {
    this.clear();
    for (let node = ranges[0].startContainer.parentElement; node; node = node.parentElement) if (node.tagName === 'DETAILS') node.open = true;
    if (globalThis.Highlight && CSS.highlights) CSS.highlights.set(NAME, new Highlight(...ranges));
    else getSelection().setBaseAndExtent(ranges[0].startContainer, ranges[0].startOffset, ranges.at(-1).endContainer, ranges.at(-1).endOffset);
    const parent = ranges[0].startContainer.parentElement;
    const block = parent.closest('p,li,dd,dt,td,th,blockquote,figcaption,h1,h2,h3,h4,h5,h6') ?? parent;
    block.scrollIntoView({ block: 'center', behavior: 'instant' });
    if (!block.hasAttribute('tabindex')) {
      block.tabIndex = -1;
      block.addEventListener('blur', () => block.removeAttribute('tabindex'), { once: true });
    }
    block.focus({ preventScroll: true });
    return this.#scroll(ranges, panel);
  }

  // Between what is fixed on top and the panel, if they would hide the sentence.
  #scroll(ranges, panel) {
    const { top, left, right, height } = frame(ranges);
    const bars = document.elementsFromPoint((left + right) / 2, 1).filter((one) => /fixed|sticky/.test(getComputedStyle(one).position));
    const bar = Math.max(0, ...bars.map((one) => one.getBoundingClientRect().bottom));
    const roof = bar < innerHeight / 2 ? bar : 0;
    const box = panel?.getBoundingClientRect();
    const covers = box && left < box.right + MARGIN && right > box.left - MARGIN;
    const fits = !covers || box.top - roof >= height + 2 * MARGIN;
    const floor = covers && fits ? box.top : innerHeight;
    scrollBy({ top: top - roof - Math.max(MARGIN, (floor - roof - height) / 2), behavior: 'instant' });
    return fits;
  }

  /** Take the highlight away. */
  clear() {
    globalThis.CSS?.highlights?.delete(NAME);
  }
}
