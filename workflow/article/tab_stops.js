// A tab stop only where something scrolls; without this script whatever scrolls on a narrow screen has one everywhere.
// What may scroll is looked at when it or what it holds has changed its size, after the page was laid out for that.
const watchTabStops = (() => {
  const stops = new Map(); // what is watched → the stop that it belongs to
  const scrolls = (stop) =>
    stop.scrollWidth > stop.clientWidth + 1 ||
    (stop.scrollHeight > stop.clientHeight + 1 && getComputedStyle(stop).overflowY !== "hidden");
  const observer = new ResizeObserver((seen) => {
    const changed = new Set(seen.map(({ target }) => stops.get(target)));
    for (const [stop, does] of [...changed].map((stop) => [stop, scrolls(stop)])) {
      if (does) stop.tabIndex = 0;
      else stop.removeAttribute("tabindex");
    }
  });
  return (within) => {
    for (const stop of within.querySelectorAll("[tabindex='0']")) {
      for (const watched of [stop, ...stop.children]) {
        stops.set(watched, stop);
        observer.observe(watched);
      }
    }
  };
})();
watchTabStops(document);
