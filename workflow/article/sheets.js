// The numbers of a table as a file, as they stand on the page: a button below each table.
const saveSheet = (lines, name) => {
  const quoted = (value) => `"${(/^[=+\-@]/.test(value) ? "'" : "") + value.replaceAll('"', '""')}"`;
  const content = new Blob([lines.map((line) => line.map(quoted).join(",")).join("\r\n") + "\r\n"], { type: "text/csv" });
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
};
// The buttons of a part of the page, which may have been folded until now.
const offerSheets = (() => {
  const said = (cell) => {
    const copy = cell.cloneNode(true);
    for (const end of copy.querySelectorAll("br")) end.replaceWith(" ");
    return copy.textContent.trim().replace(/\s+/g, " ");
  };
  // A line for each row of the body below one of names: what spans several rows or columns stands in each.
  const linesOf = (table) => {
    const grid = [...table.rows].map(() => []);
    for (const [at, row] of [...table.rows].entries()) {
      for (const cell of row.cells) {
        const first = grid[at].findIndex((filled) => filled === undefined);
        const column = first < 0 ? grid[at].length : first;
        for (const line of grid.slice(at, at + cell.rowSpan))
          for (let next = 0; next < cell.colSpan; next += 1) line[column + next] = said(cell);
      }
    }
    const heads = grid.slice(0, table.tHead.rows.length);
    const names = heads[0].map((_, column) => [...new Set(heads.map((line) => line[column]))].join(" · "));
    return [names, ...grid.slice(heads.length)];
  };
  const button = (table, identity) => {
    const made = document.createElement("button");
    made.type = "button";
    made.className = "sheet";
    made.textContent = "CSV";
    made.setAttribute("aria-label", `CSV: ${document.getElementById(identity).querySelector("b").textContent.replace(/\.$/, "")}`);
    made.addEventListener("click", () => saveSheet(linesOf(table), `${identity}.csv`));
    return made;
  };
  return (within) => {
    for (const scroll of within.querySelectorAll(".scroll[aria-labelledby^=table-]")) {
      scroll.after(button(scroll.firstElementChild, scroll.getAttribute("aria-labelledby")));
    }
  };
})();
offerSheets(document);
