// A reply's text as nodes: paragraphs, lists, citations, links. What is not one of these stays the text it was.
import { h } from './dom.js';

const TOKEN = /\[(\d{1,3})\](?!\()|\[([^\]\n]+)\]\((\S+?)\)|\*\*(\S.*?)\*\*|(https:\/\/[^\s<>"'()[\]]+[^\s<>"'()[\].,;:!?])/g;
const ITEM = /^\s*(?:[-*+•]|\d{1,2}[.)])\s+/;

/** The URL if it may be linked: https, or the plain http of the page's or the server's own origin; else null. */
export const safe = (href, server) => {
  if (!href || !URL.canParse(href, document.baseURI)) return null;
  const url = new URL(href, document.baseURI);
  const own = url.protocol === 'http:' && [location.origin, server?.origin].includes(url.origin);
  return url.protocol === 'https:' || own ? url.href : null;
};

/** A telephone link, or just the words when the number is not one. */
export const tel = (dial, ...inner) => {
  const number = String(dial ?? '').replace(/[\s()-]/g, '');
  return /^\+?\d{2,15}$/.test(number) ? h('a', { class: 'tel', href: `tel:${number}` }, ...inner) : h('span', {}, ...inner);
};

/** What every link to elsewhere has. */
export const away = { target: '_blank', rel: 'noopener noreferrer' };

/** A link to elsewhere that opens beside the page, or just the words. */
export const link = (href, server, ...inner) => {
  const url = safe(href, server);
  return url ? h('a', { ...away, href: url }, ...inner) : h('span', {}, ...inner);
};

/** Where the labels of lines stand in a text, as [start, end, line], not inside longer numbers or words. */
export const mentions = (text, lines) => {
  const found = [];
  for (const line of lines) {
    if (!line.dial || !line.label) continue;
    for (let at = text.indexOf(line.label); at >= 0; at = text.indexOf(line.label, at + 1)) {
      const end = at + line.label.length;
      const taken = found.some(([a, b]) => at < b && a < end);
      if (!taken && !/[\p{L}\p{N}]/u.test(text[at - 1] ?? ' ') && !/[\p{L}\p{N}]/u.test(text[end] ?? ' ')) found.push([at, end, line]);
    }
  }
  return found.sort((a, b) => a[0] - b[0]);
};

const words = (text, lines) => {
  const nodes = [];
  let at = 0;
  for (const [start, end, line] of mentions(text, lines)) {
    nodes.push(text.slice(at, start), tel(line.dial, h('bdi', {}, text.slice(start, end))));
    at = end;
  }
  return [...nodes, text.slice(at)];
};

const inline = (text, look) => {
  const nodes = [];
  let at = 0;
  for (const match of text.matchAll(TOKEN)) {
    const [whole, n, label, href, bold, bare] = match;
    const chip = n && look.cite(Number(n));
    if (n && !chip) continue; // brackets of the text's own
    const before = text.slice(at, match.index);
    nodes.push(...words(chip ? `${before.trimEnd()}\u00a0` : before, look.lines)); // a number stays with its sentence
    if (chip) nodes.push(chip);
    else if (bold) nodes.push(h('strong', {}, ...words(bold, look.lines)));
    else nodes.push(link(href ?? bare, look.server, label ?? bare));
    at = match.index + whole.length;
  }
  return [...nodes, ...words(text.slice(at), look.lines)];
};

/**
 * Add a text to `body`, going on in its last paragraph when the text is a single one.
 * `look` has cite(n) → node or null for a marker, `lines` to link in the text, and `server`.
 */
export const write = (body, text, look) => {
  const lines = text.split('\n');
  const single = !lines.some((line) => ITEM.test(line)) && !/\n\s*\n/.test(text.trim());
  const last = body.lastElementChild;
  if (single && last?.tagName === 'P') {
    last.append(' ', h('span', {}, inline(text.trim(), look)));
    return;
  }
  let block;
  for (const line of lines) {
    const item = ITEM.exec(line);
    if (!line.trim()) block = undefined;
    else if (item) {
      if (block?.tagName !== 'UL') body.append((block = h('ul')));
      block.append(h('li', {}, inline(line.slice(item[0].length).trim(), look)));
    } else if (block) (block.tagName === 'UL' ? block.lastElementChild : block).append(' ', ...inline(line.trim(), look));
    else body.append((block = h('p', {}, h('span', {}, inline(line.trim(), look)))));
  }
};
