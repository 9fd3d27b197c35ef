"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);

  // Tooltips: what stands where in the figure.
  const tip = document.getElementById("tip");
  const show = (text, x, y) => {
    tip.textContent = text;
    tip.hidden = false;
    const box = tip.getBoundingClientRect();
    tip.style.left = Math.min(x + 14, innerWidth - box.width - 8) + "px";
    tip.style.top = Math.min(y + 14, innerHeight - box.height - 8) + "px";
  };
  const hide = () => { tip.hidden = true; };

  const svg = document.querySelector(".figure svg");
  if (svg) {
    const group = document.createElementNS(svg.namespaceURI, "g");
    for (const place of data.places) {
      const area = document.createElementNS(svg.namespaceURI, "rect");
      area.setAttribute("class", "place");
      area.setAttribute("x", place.left);
      area.setAttribute("y", place.top);
      area.setAttribute("width", place.width);
      area.setAttribute("height", place.height);
      area.setAttribute("tabindex", "0");
      area.setAttribute("aria-label", place.text);
      area.addEventListener("pointermove", event => show(place.text, event.clientX, event.clientY));
      area.addEventListener("pointerleave", hide);
      area.addEventListener("focus", () => {
        const box = area.getBoundingClientRect();
        show(place.text, box.right, box.bottom);
      });
      area.addEventListener("blur", hide);
      group.append(area);
    }
    svg.append(group);

    // Zoom by the wheel or the buttons, move by dragging, all of it again by a double click.
    const whole = svg.viewBox.baseVal;
    const home = { x: whole.x, y: whole.y, width: whole.width, height: whole.height };
    let view = { ...home };
    const apply = () => svg.setAttribute("viewBox", `${view.x} ${view.y} ${view.width} ${view.height}`);
    const zoom = (factor, x, y) => {
      const width = Math.min(home.width, Math.max(home.width / 50, view.width * factor));
      const ratio = width / view.width;
      view = { x: x - (x - view.x) * ratio, y: y - (y - view.y) * ratio, width, height: view.height * ratio };
      view.x = Math.min(Math.max(view.x, home.x), home.x + home.width - view.width);
      view.y = Math.min(Math.max(view.y, home.y), home.y + home.height - view.height);
      apply();
    };
    const at = event => {
      const box = svg.getBoundingClientRect();
      return [
        view.x + (event.clientX - box.left) / box.width * view.width,
        view.y + (event.clientY - box.top) / box.height * view.height,
      ];
    };
    svg.addEventListener("wheel", event => {
      event.preventDefault();
      zoom(event.deltaY < 0 ? 0.8 : 1.25, ...at(event));
    }, { passive: false });
    let held = null;
    svg.addEventListener("pointerdown", event => { held = at(event); svg.classList.add("moving"); });
    addEventListener("pointerup", () => { held = null; svg.classList.remove("moving"); });
    svg.addEventListener("pointermove", event => {
      if (!held) return;
      const [x, y] = at(event);
      view.x += held[0] - x;
      view.y += held[1] - y;
      zoom(1, view.x, view.y);
    });
    const middle = () => [view.x + view.width / 2, view.y + view.height / 2];
    svg.addEventListener("dblclick", () => { view = { ...home }; apply(); });
    document.getElementById("closer").addEventListener("click", () => zoom(0.7, ...middle()));
    document.getElementById("farther").addEventListener("click", () => zoom(1 / 0.7, ...middle()));
    document.getElementById("whole").addEventListener("click", () => { view = { ...home }; apply(); });
  }

  // The table of cells: a metric stands with its interval in one column.
  const names = data.columns;
  const column = new Map(names.map((name, position) => [name, position]));
  const ends = name => column.has(name + "_low") && column.has(name + "_high");
  const isEnd = name => /_(low|high)$/.test(name) && ends(name.replace(/_(low|high)$/, ""));
  const shown = names.filter(name => !isEnd(name));
  const short = value => typeof value === "number" ? String(Number(value.toPrecision(6))) : value === null ? "" : String(value);
  const head = document.querySelector("#cells thead tr");
  const body = document.querySelector("#cells tbody");
  const rows = data.rows.map(row => {
    const line = document.createElement("tr");
    for (const name of shown) {
      const value = row[column.get(name)];
      const field = document.createElement("td");
      field.textContent = short(value);
      if (typeof value === "number") field.className = "number";
      if (ends(name) && value !== null) {
        const interval = document.createElement("span");
        interval.className = "faint";
        interval.textContent = ` [${short(row[column.get(name + "_low")])}, ${short(row[column.get(name + "_high")])}]`;
        field.append(interval);
      }
      line.append(field);
    }
    return { row, line, text: line.textContent.toLowerCase() };
  });
  body.append(...rows.map(each => each.line));
  const before = (a, b) => {
    if (a === null || b === null) return (a === null) - (b === null);
    return typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b));
  };
  for (const name of shown) {
    const cell = document.createElement("th");
    cell.textContent = name;
    cell.tabIndex = 0;
    const sort = () => {
      const ascending = cell.getAttribute("aria-sort") !== "ascending";
      for (const other of head.children) other.removeAttribute("aria-sort");
      cell.setAttribute("aria-sort", ascending ? "ascending" : "descending");
      const place = column.get(name);
      rows.sort((a, b) => (ascending ? 1 : -1) * before(a.row[place], b.row[place]));
      body.append(...rows.map(each => each.line));
    };
    cell.addEventListener("click", sort);
    cell.addEventListener("keydown", event => { if (event.key === "Enter") sort(); });
    head.append(cell);
  }
  document.getElementById("filter").addEventListener("input", event => {
    const words = event.target.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const { line, text } of rows) line.hidden = !words.every(word => text.includes(word));
  });
})();
