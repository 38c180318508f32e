// Finds, filters, sorts and plots the rows of the table of all results, which is complete without this script. It stands in
// a <noscript>, for it is a third of the page: its elements are made when the reader comes near it.
// The address holds the view, in codes that are the same in every language:
// #explorer?find=…&<column>=…&sort=<column>&down=1
(async () => {
  const explorer = document.getElementById("explorer");
  const plain = explorer?.querySelector("noscript");
  if (!plain) return;
  const isAddressed = () => location.hash.startsWith("#explorer");
  await new Promise((come) => {
    if (isAddressed()) come();
    addEventListener("hashchange", () => isAddressed() && come());
    new IntersectionObserver((seen) => seen.some((one) => one.isIntersecting) && come(), {
      rootMargin: "1500px",
    }).observe(explorer);
  });
  unfold(plain);
  watchTabStops(explorer);
  const table = explorer.querySelector("table");
  const form = document.getElementById("filters");
  const found = document.getElementById("found");
  const plot = document.getElementById("plot");
  const output = found.querySelector("output");
  const heads = [...table.tHead.rows[0].cells];
  const names = heads.map((head) => head.dataset.column);
  // What a cell holds several of: name, title, which column, and which place in it.
  const parts = heads.flatMap((head, at) =>
    JSON.parse(head.dataset.parts ?? "[]").map(([name, title], place) => ({ name, title, at, place })),
  );
  const several = " · ";
  const fields = JSON.parse(explorer.dataset.fields); // title of a workload → the fields that it stands for
  const codes = JSON.parse(explorer.dataset.codes); // part → title → what stands for it in an address
  const coded = (name, title) => codes[name]?.[title] ?? title;
  const rows = [...table.tBodies[0].rows].map((row, place) => ({
    row,
    place,
    texts: [...row.cells].map((cell) => cell.textContent.trim()),
    field: fields[row.cells[0].textContent.trim().split(several)[0]] ?? "",
    numbers: [...row.cells].map((cell) => (cell.dataset.n ? Number(cell.dataset.n) : NaN)),
  }));
  const text = (entry, name) => {
    const part = parts.find((one) => one.name === name);
    const isLast = part && !parts.some((one) => one.at === part.at && one.place > part.place);
    if (part) return entry.texts[part.at].split(several).slice(part.place, isLast ? undefined : part.place + 1).join(several);
    return name === "field" ? entry.field : (entry.texts[names.indexOf(name)] ?? "");
  };
  let order = { name: "", down: false };
  let shown = rows;

  const make = (tag, attributes, ...children) => {
    const space = ["svg", "g", "line", "path", "circle", "rect", "text", "title"].includes(tag);
    const made = space ? document.createElementNS("http://www.w3.org/2000/svg", tag) : document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    made.append(...children);
    return made;
  };

  // What a select offers of a cell: each of its values, without the number behind the colon of a note.
  const kinds = (entry, name) => text(entry, name).split(several).map((value) => value.replace(/[:：]\s*(≈\s*)?[\d,]+$/, ""));
  const hasNumber = (value) => /\d/.test(value);
  const byNumber = (one, other) => {
    if (!hasNumber(one) || !hasNumber(other)) return hasNumber(one) - hasNumber(other); // names keep their order
    return one.replaceAll(",", "").localeCompare(other.replaceAll(",", ""), document.documentElement.lang, { numeric: true });
  };
  // A select for everything that has several values, and a button in every head.
  const offer = (name, title) => {
    const values = [...new Set(rows.flatMap((entry) => kinds(entry, name)))].filter(Boolean);
    if (values.length < 2) return;
    if (["size", "trials"].includes(name)) values.sort(byNumber);
    const select = make("select", { name }, make("option", { value: "" }, explorer.dataset.all));
    select.append(...values.map((value) => make("option", { value: coded(name, value) }, value)));
    form.append(make("label", {}, title + " ", select));
  };
  offer("field", form.dataset.field);
  for (const [place, head] of heads.entries()) {
    const button = make("button", { type: "button" }, head.textContent);
    button.addEventListener("click", () => {
      order = { name: names[place], down: order.name === names[place] && !order.down };
      show();
    });
    for (const part of parts) if (part.at === place) offer(part.name, part.title);
    head.replaceChildren(button);
  }
  const selects = [...form.querySelectorAll("select")];

  const fits = (entry, words) =>
    selects.every(({ name, value }) => !value || kinds(entry, name).some((kind) => coded(name, kind) === value)) &&
    words.every((word) => `${entry.texts.join(" ")} ${entry.field}`.toLowerCase().includes(word));

  const compare = (place) => (one, other) => {
    const [a, b] = [one.numbers[place], other.numbers[place]];
    if (!Number.isNaN(a) || !Number.isNaN(b)) {
      if (Number.isNaN(a) || Number.isNaN(b)) return Number.isNaN(a) ? 1 : -1; // what has no number comes last
      return order.down ? b - a : a - b;
    }
    const told = one.texts[place].localeCompare(other.texts[place], document.documentElement.lang, { numeric: true });
    return order.down ? -told : told;
  };

  const show = () => {
    const words = form.elements.find.value.toLowerCase().split(/\s+/).filter(Boolean);
    const place = names.indexOf(order.name);
    const sorted = place < 0 ? rows : [...rows].sort((one, other) => compare(place)(one, other) || one.place - other.place);
    shown = sorted.filter((entry) => fits(entry, words));
    const kept = new Set(shown);
    for (const entry of rows) entry.row.hidden = !kept.has(entry);
    table.tBodies[0].append(...sorted.map((entry) => entry.row));
    for (const [at, head] of heads.entries()) {
      if (at === place) head.setAttribute("aria-sort", order.down ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    }
    output.textContent = output.dataset.words.replace("{n}", shown.length).replace("{m}", rows.length);
    draw();
  };

  const keep = () => {
    const view = new URLSearchParams();
    for (const control of [form.elements.find, ...selects]) if (control.value) view.set(control.name, control.value);
    if (order.name) view.set("sort", order.name);
    if (order.down) view.set("down", "1");
    history.replaceState(null, "", String(view) ? `#explorer?${view}` : "#explorer");
  };

  const restore = () => {
    if (!isAddressed()) return false;
    const view = new URLSearchParams(location.hash.slice("#explorer?".length));
    for (const control of [form.elements.find, ...selects]) {
      control.value = view.get(control.name) ?? "";
      if (control.value !== (view.get(control.name) ?? "")) control.value = ""; // a value that this page does not have
    }
    order = { name: names.includes(view.get("sort")) ? view.get("sort") : "", down: view.get("down") === "1" };
    return true;
  };

  // Ratios of what is shown, in its order: a row for each comparison, named by what tells it from the others.
  const most = 40;
  const marks = {
    "jax-faster": "M0-5l5 9h-10z",
    "torch-faster": "M-4.5 0a4.5 4.5 0 1 0 9 0a4.5 4.5 0 1 0-9 0z",
    equal: "M0-5.5l5.5 5.5l-5.5 5.5l-5.5-5.5z",
    undecided: "M-4.5 0a4.5 4.5 0 1 0 9 0a4.5 4.5 0 1 0-9 0z",
  };
  const pen = make("canvas", {}).getContext("2d");
  const broken = (parts, room) => {
    const lines = [];
    for (const part of parts) {
      const longer = lines.length ? lines.at(-1) + several + part : part;
      if (lines.length && pen.measureText(longer).width <= room) lines[lines.length - 1] = longer;
      else lines.push(part);
    }
    return lines;
  };
  const draw = () => {
    for (const former of plot.querySelectorAll("svg, p, span")) former.remove();
    const compared = new Map();
    for (const entry of shown) {
      const problem = ["workload", "task", "size", "precision", "device", "hardware"].map((name) => text(entry, name));
      const key = problem.join() + text(entry, "ratio");
      const variant = ["framework", "mode"].map((name) => text(entry, name)).join(" ");
      if (marks[entry.row.dataset.verdict] && !compared.has(key)) compared.set(key, { entry, problem, variant });
    }
    const points = [...compared.values()];
    if (!points.length) return plot.prepend(make("p", {}, plot.dataset.none));
    const drawable = points.slice(0, most);
    const telling = drawable[0].problem.map((_, at) => at === 0 || new Set(drawable.map((point) => point.problem[at])).size > 1);
    for (const point of drawable) {
      point.parts = point.problem.filter((part, at) => telling[at] && part);
      if (drawable.some((other) => other !== point && other.problem.join() === point.problem.join())) point.parts.push(point.variant);
      point.label = point.parts.join(several);
      point.said = text(point.entry, "ratio");
      point.bounds = point.said.match(/[\d.,]*\d/g).map((part) => Number(part.replaceAll(",", "")));
    }
    const ends = drawable.flatMap((point) => point.bounds).concat(0.8, 1.25);
    const [low, high] = [Math.min(...ends) / 1.1, Math.max(...ends) * 1.1].map(Math.log);
    const width = Math.min(860, Math.max(280, plot.clientWidth));
    pen.font = `12px ${getComputedStyle(plot).fontFamily}`;
    for (const point of drawable) point.lines = broken([...point.parts, point.said], width - 4);
    const [pitch, top] = [19 + 15 * Math.max(...drawable.map((point) => point.lines.length)), 26];
    const x = (value) => 10 + ((Math.log(value) - low) / (high - low)) * (width - 20);
    const height = top + pitch * drawable.length + 24;
    const svg = make("svg", { viewBox: `0 0 ${width} ${height}`, role: "img" });
    for (const tick of [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100]) {
      if (Math.log(tick) < low || Math.log(tick) > high) continue;
      const said = tick < 1 ? `${Math.round(1 / tick)}×` : `${tick}×`;
      svg.append(
        make("line", { x1: x(tick), x2: x(tick), y1: top, y2: height - 20, class: tick === 1 ? "one" : "grid" }),
        make("text", { x: x(tick), y: height - 5, "text-anchor": "middle", class: "tick" }, said),
      );
    }
    svg.append(
      make("text", { x: 0, y: 14, class: "tick" }, plot.dataset.left),
      make("text", { x: width, y: 14, "text-anchor": "end", class: "tick" }, plot.dataset.right),
    );
    for (const [place, point] of drawable.entries()) {
      const [value, least = value, greatest = value] = point.bounds;
      const y = top + pitch * (place + 1) - 8;
      const kind = point.entry.row.dataset.verdict;
      const { lines } = point;
      svg.append(
        ...lines.map((line, at) => make("text", { x: 0, y: y - 10 - 15 * (lines.length - 1 - at), class: "label" }, line)),
        make("line", { x1: x(least), x2: x(greatest), y1: y, y2: y, class: kind }),
        make("path", { d: marks[kind], transform: `translate(${x(value)} ${y})`, class: kind }),
      );
    }
    const said = drawable.map((point) => `${point.label}: ${point.said}`).join("; ");
    const more = points.length > most ? ` ${plot.dataset.more.replace("{n}", most).replace("{m}", points.length)}` : "";
    svg.setAttribute("aria-label", plot.querySelector("figcaption").textContent + more + " " + said);
    plot.prepend(svg);
    if (more) plot.querySelector("figcaption").append(make("span", {}, more));
  };

  const changed = () => {
    show();
    keep();
  };
  form.elements.find.addEventListener("input", changed);
  for (const select of selects) select.addEventListener("change", changed); // which every browser sends, unlike input
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => {
    order = { name: "", down: false };
    setTimeout(changed); // when the controls are empty
  });
  for (const head of heads) head.firstChild.addEventListener("click", keep);
  document.getElementById("sheet").addEventListener("click", () => {
    const columns = heads.flatMap((head, at) => {
      const own = parts.filter((part) => part.at === at);
      return own.length ? own : [{ name: names[at], title: head.textContent }];
    });
    const lines = shown.map((entry) => columns.map((column) => text(entry, column.name)));
    saveSheet([columns.map((column) => column.title), ...lines], "results.csv");
  });
  addEventListener("hashchange", () => {
    if (restore()) show();
  });

  form.hidden = found.hidden = plot.hidden = false;
  const sent = restore();
  show();
  if (sent) form.scrollIntoView();
})();
