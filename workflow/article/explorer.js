// Shows the filters of the result explorer; the table is complete without them.
(() => {
  const form = document.getElementById("filters");
  const table = document.getElementById("explorer");
  if (!form || !table) return;
  const rows = [...table.tBodies[0].rows];
  const selects = [...form.querySelectorAll("select")];
  const output = form.querySelector("output");
  const apply = () => {
    let shown = 0;
    for (const row of rows) {
      row.hidden = selects.some((select) => select.value && row.dataset[select.dataset.column] !== select.value);
      shown += row.hidden ? 0 : 1;
    }
    output.textContent = output.dataset.words.replace("{n}", shown).replace("{m}", rows.length);
  };
  form.hidden = false;
  form.addEventListener("change", apply);
  form.addEventListener("submit", (event) => event.preventDefault());
  apply();
})();
