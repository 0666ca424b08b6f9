/** The least that a table can be: rows of divs, made once and filled again by hand. What it takes, a browser takes for any table. */
const ROW = 44;
const CELLS = 9;
const TALLEST = 8_000_000;
const BEYOND = 8;

export function bareTable(stage: HTMLElement, crowd: number): HTMLElement {
  const scroller = document.createElement('div');
  const sizer = scroller.appendChild(document.createElement('div'));
  const window = sizer.appendChild(document.createElement('div'));
  scroller.className = 'bare';
  stage.append(scroller);
  const tall = Math.min(crowd * ROW, TALLEST);
  sizer.style.height = `${tall}px`;
  const view = scroller.clientHeight;
  const rows = Array.from({ length: Math.ceil(view / ROW) + 2 * BEYOND }, () => {
    const row = window.appendChild(document.createElement('div'));
    row.append(...Array.from({ length: CELLS }, () => document.createElement('div')));
    return row;
  });
  let drawn = -1;
  const draw = () => {
    const { scrollTop } = scroller;
    const place = (scrollTop / (tall - view)) * (crowd * ROW - view);
    const start = Math.max(0, Math.min(Math.floor(place / ROW) - BEYOND, crowd - rows.length));
    window.style.transform = `translateY(${start * ROW - place + scrollTop}px)`;
    if (start === drawn) return;
    drawn = start;
    for (const [nth, row] of rows.entries()) {
      for (const [n, cell] of [...row.children].entries())
        cell.textContent = n === 0 ? `Person ${start + nth}` : `${start + nth} of column ${n}`;
    }
  };
  scroller.addEventListener('scroll', draw, { passive: true });
  draw();
  return scroller;
}
