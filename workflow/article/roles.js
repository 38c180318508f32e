// What the parts of a table are, said outright: on a phone rows become cards, and some browsers tell whoever listens no
// longer that what does not look like a table is one.
const sayRoles = (() => {
  const heads = { col: "columnheader", colgroup: "columnheader", row: "rowheader" };
  const roles = { TABLE: "table", THEAD: "rowgroup", TBODY: "rowgroup", TR: "row", TD: "cell" };
  return (within) => {
    for (const table of within.querySelectorAll("table:is(.cards, :has(.winner))"))
      for (const part of [table, ...table.querySelectorAll("thead, tbody, tr, th, td")])
        part.setAttribute("role", heads[part.scope] ?? roles[part.tagName]);
  };
})();
sayRoles(document);
