// Elements from words: text is text, attributes are set one by one, nothing is parsed as HTML.

const there = (value) => value != null && value !== false;

/** An element; properties that start with "on" are listeners, null and false ones are left out. Buttons do not submit. */
export const h = (tag, properties, ...inner) => {
  const node = document.createElement(tag);
  if (tag === 'button') node.type = tag;
  for (const [name, value] of Object.entries(properties ?? {}))
    if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
    else if (there(value)) node.setAttribute(name, value === true ? '' : value);
  node.append(...inner.flat().filter(there));
  return node;
};

const PATHS = {
  send: 'M12 19V5M6 11l6-6 6 6',
  stop: 'M7 7h10v10H7z',
  close: 'M6 6l12 12M18 6L6 18',
  fresh: 'M12 5v14M5 12h14',
  thumb: 'M7 11v9H4v-9zl4-8q3 0 2 4l-.5 2H20l-2 9q-.5 2-2 2H7',
  phone: 'M6 3h4l1 5-2 2q2 3 5 5l2-2 5 1v4q0 2-2 2Q5 20 4 5q0-2 2-2z',
  alert: 'M12 3l10 18H2zM12 10v5M12 18v.2',
};

/** A drawn sign; the words beside it or the button's name say what it means. */
export const icon = (name) => customElements.get('medialis-chat').icon(PATHS[name]);

/** Add a style to a document or a shadow root, without a style element that a policy could forbid. */
export const dress = (place, style) => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(style);
  place.adoptedStyleSheets = [...place.adoptedStyleSheets, sheet];
};
