// Measures each page in frames of several widths: whether it scrolls sideways, and whether its text has enough contrast.
const WIDTHS = [360, 820, 1240];

function channel(value) {
  const share = value / 255;
  return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
}

function light([r, g, b]) {
  return 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
}

function colour(text) {
  const parts = text.match(/[\d.]+/g).map(Number);
  return { rgb: parts.slice(0, 3), opaque: parts.length < 4 || parts[3] > 0.99 };
}

function ground(element, view) {
  for (let at = element; at; at = at.parentElement) {
    const behind = colour(view.getComputedStyle(at).backgroundColor);
    if (behind.opaque) return behind.rgb;
  }
  return [255, 255, 255];
}

function faint(frame) {
  const view = frame.contentWindow, found = [];
  for (const element of frame.contentDocument.body.querySelectorAll("*")) {
    const own = [...element.childNodes].filter((node) => node.nodeType === 3 && node.data.trim()).map((node) => node.data.trim());
    if (!own.length || element.closest("svg") || !element.getClientRects().length) continue;
    const style = view.getComputedStyle(element);
    const [a, b] = [light(colour(style.color).rgb), light(ground(element, view))].sort((x, y) => y - x);
    const large = parseFloat(style.fontSize) >= 24 || (parseFloat(style.fontSize) >= 18.6 && style.fontWeight >= 700);
    if ((a + 0.05) / (b + 0.05) < (large ? 3 : 4.5)) found.push(own[0]);
  }
  return found;
}

const frames = [];
for (const [name, html] of Object.entries(PAGES)) {
  for (const width of WIDTHS) {
    const frame = document.createElement("iframe");
    Object.assign(frame, { width, height: 900, srcdoc: html });
    frames.push([`${name} at ${width}`, frame, new Promise((done) => { frame.onload = done; })]);
    document.body.append(frame);
  }
}
Promise.all(frames.map(([, , loaded]) => loaded)).then(() => {
  const said = {};
  for (const [name, frame] of frames) {
    const page = frame.contentDocument.documentElement;
    said[name] = { sideways: Math.max(0, page.scrollWidth - page.clientWidth), faint: faint(frame), words: page.innerText.length };
  }
  document.body.textContent = "";
  document.body.dataset.said = JSON.stringify(said);
});
