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

/** The lines a text names, in its order and each number once; part of a longer number or word does not count. */
export const named = (text, lines) => {
  const whole = (label) => new RegExp(`(?<![\\p{L}\\p{N}])${label.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')}(?![\\p{L}\\p{N}])`, 'u');
  const at = (line) => text.search(whole(line.label));
  const found = lines.filter((line) => line.dial && at(line) >= 0).sort((a, b) => at(a) - at(b));
  return found.filter((line, i) => found.findIndex((one) => one.dial === line.dial) === i);
};

const inline = (text, look) => {
  const nodes = [];
  let at = 0;
  for (const match of text.matchAll(TOKEN)) {
    const [whole, n, label, href, bold, bare] = match;
    const chip = n && look.cite(Number(n));
    if (n && !chip) continue; // brackets of the text's own
    const before = text.slice(at, match.index);
    nodes.push(chip ? `${before.trimEnd()}\u00a0` : before); // a number stays with its sentence
    if (chip) nodes.push(chip);
    else if (bold) nodes.push(h('strong', {}, bold));
    else nodes.push(link(href ?? bare, look.server, label ?? bare));
    at = match.index + whole.length;
  }
  return [...nodes, text.slice(at)];
};

/**
 * Add a text to `body`, going on in its last paragraph when the text is a single one.
 * `look` has cite(n) → node or null for a marker, and the `server`.
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
