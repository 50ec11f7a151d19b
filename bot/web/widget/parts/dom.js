// Elements from words: text is text, attributes are set one by one, nothing is parsed as HTML.

/** An element; properties that start with "on" are listeners, undefined and false ones are left out. */
export const h = (tag, properties, ...inner) => {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(properties ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? '' : value);
  }
  node.append(...inner.flat().filter((one) => one !== undefined && one !== null && one !== false));
  return node;
};

const PATHS = {
  send: 'M12 19V5M6 11l6-6 6 6',
  stop: 'M7 7h10v10H7z',
  close: 'M6 6l12 12M18 6L6 18',
  fresh: 'M12 5v14M5 12h14',
  up: 'M7 11v9H4v-9zl4-8q3 0 2 4l-.5 2H20l-2 9q-.5 2-2 2H7',
  down: 'M17 13V4h3v9zl-4 8q-3 0-2-4l.5-2H4l2-9q.5-2 2-2h9',
  retry: 'M20 11a8 8 0 10-2 6M20 5v6h-6',
  phone: 'M6 3h4l1 5-2 2q2 3 5 5l2-2 5 1v4q0 2-2 2Q5 20 4 5q0-2 2-2z',
  alert: 'M12 3l10 18H2zM12 10v5M12 18v.2',
};

/** A drawn sign; the words beside it or the button's name say what it means. */
export const icon = (name) => customElements.get('medialis-chat').icon(PATHS[name]);
