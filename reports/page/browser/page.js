// Script of every report page: the choice of colours, the table of contents, sorting, and copying of commands. It adds
// the controls itself, so that a page without scripts has none that do nothing.

(() => {
  /**
   * @param {string} className
   * @param {string} text
   */
  function button(className, text) {
    const element = document.createElement('button');
    element.type = 'button';
    element.className = className;
    element.textContent = text;
    return element;
  }

  function addThemeButton() {
    const root = document.documentElement;
    const systemIsDark = matchMedia('(prefers-color-scheme: dark)');
    const isDark = () => (root.dataset.theme ?? (systemIsDark.matches ? 'dark' : 'light')) === 'dark';
    const control = button('theme', '');
    const label = () => {
      control.textContent = isDark() ? 'Light colours' : 'Dark colours';
    };
    control.addEventListener('click', () => {
      root.dataset.theme = isDark() ? 'light' : 'dark';
      label();
      dispatchEvent(new Event('themechange'));
    });
    systemIsDark.addEventListener('change', () => {
      label();
      dispatchEvent(new Event('themechange'));
    });
    label();
    document.querySelector('header')?.append(control);
  }

  /** On a narrow page the table of contents starts closed; on a wide one it cannot be closed. */
  function manageContents() {
    const contents = document.querySelector('.contents details');
    if (!(contents instanceof HTMLDetailsElement)) return;
    const isWide = matchMedia('(min-width: 74rem)');
    const adapt = () => {
      contents.open = isWide.matches;
    };
    adapt();
    isWide.addEventListener('change', adapt);
    contents.addEventListener('click', (event) => {
      if (event.target instanceof HTMLAnchorElement && !isWide.matches) contents.open = false;
    });
    markCurrentSection();
  }

  function markCurrentSection() {
    const links = [...document.querySelectorAll('.contents a')].filter((link) => link instanceof HTMLAnchorElement);
    const visible = new Set();
    const observer = new IntersectionObserver(
      (entries) => {
        for (const { target, isIntersecting } of entries) {
          if (isIntersecting) visible.add(target.id);
          else visible.delete(target.id);
        }
        const current = links.find((link) => visible.has(link.hash.slice(1)));
        for (const link of links) {
          if (link === current) link.setAttribute('aria-current', 'true');
          else link.removeAttribute('aria-current');
        }
      },
      { rootMargin: '-10% 0px -60% 0px' },
    );
    for (const section of document.querySelectorAll('main > section')) observer.observe(section);
  }

  function addCopyButtons() {
    for (const command of document.querySelectorAll('.command')) {
      const code = command.querySelector('code');
      if (code === null) continue;
      const control = button('copy', 'Copy');
      control.addEventListener('click', async () => {
        control.textContent = (await copied(code)) ? 'Copied' : 'Selected';
        setTimeout(() => {
          control.textContent = 'Copy';
        }, 1500);
      });
      command.append(control);
    }
  }

  /**
   * Copies the text of an element, or selects it where a page may not copy.
   * @param {Element} element
   */
  async function copied(element) {
    try {
      await navigator.clipboard.writeText(element.textContent ?? '');
      return true;
    } catch {
      getSelection()?.selectAllChildren(element);
      return false;
    }
  }

  /** Sizes of units and suffixes, so that 900 µs sorts below 1 ms. */
  const UNITS = {
    ...{ k: 1e3, M: 1e6, G: 1e9, '%': 1, µs: 1, ms: 1e3, s: 1e6, min: 6e7 },
    ...{ B: 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3, kB: 1e3, MB: 1e6, GB: 1e9 },
  };

  /**
   * Returns the number that a cell begins with, in the smallest unit; undefined when there is none.
   * @param {string} text
   */
  function numberOf(text) {
    const match = /^[^\d−+-]{0,3}([−+-]?)([\d,]+(?:\.\d+)?)\s*(µs|ms|min|s|[KMG]iB|[kMG]?B|[kMG%])?/.exec(text);
    if (match === null) return undefined;
    const [, sign, digits = '', unit = ''] = match;
    const size = Number(digits.replaceAll(',', '')) * (Object.entries(UNITS).find(([name]) => name === unit)?.[1] ?? 1);
    return sign === '' || sign === '+' ? size : -size;
  }

  /** Order of cells: numbers, then texts, then cells without a value.
   * @param {string} a
   * @param {string} b
   */
  function compare(a, b) {
    const [x, y] = [numberOf(a), numberOf(b)];
    if (x !== undefined && y !== undefined) return x - y;
    if (x !== undefined || y !== undefined) return x === undefined ? 1 : -1;
    return a.localeCompare(b);
  }

  /** Makes the heads of tables buttons that sort the rows of each group. */
  function makeSortable() {
    for (const table of document.querySelectorAll('table')) {
      if ([...table.tBodies].every(({ rows }) => rows.length < 3)) continue;
      const heads = [...(table.tHead?.rows[0]?.cells ?? [])];
      for (const head of heads) {
        const title = head.firstChild;
        if (!(title instanceof Text)) continue;
        const control = button('sort', title.data);
        title.replaceWith(control);
        control.addEventListener('click', () => sortBy(table, head, heads));
      }
    }
  }

  /**
   * Sorts by a column: numbers from the largest, texts from the first; a second time in the other direction.
   * @param {HTMLTableElement} table
   * @param {HTMLTableCellElement} head
   * @param {HTMLTableCellElement[]} heads
   */
  function sortBy(table, head, heads) {
    const first = head.classList.contains('l') ? 'ascending' : 'descending';
    const second = first === 'ascending' ? 'descending' : 'ascending';
    const order = head.getAttribute('aria-sort') === first ? second : first;
    for (const other of heads) other.removeAttribute('aria-sort');
    head.setAttribute('aria-sort', order);
    sort(table, heads.indexOf(head), order === 'ascending' ? 1 : -1);
  }

  /**
   * @param {HTMLTableElement} table
   * @param {number} column
   * @param {1 | -1} direction
   */
  function sort(table, column, direction) {
    const content = (/** @type {HTMLTableRowElement} */ row) => row.cells[column]?.textContent?.trim() ?? '';
    const isEmpty = (/** @type {string} */ text) => text === '' || text === '–';
    for (const body of table.tBodies) {
      const rows = [...body.rows].filter(({ className }) => className !== 'group');
      rows.sort((a, b) => {
        const [x, y] = [content(a), content(b)];
        if (isEmpty(x) || isEmpty(y)) return Number(isEmpty(x)) - Number(isEmpty(y));
        return compare(x, y) * direction;
      });
      body.append(...rows);
    }
  }

  addThemeButton();
  manageContents();
  addCopyButtons();
  makeSortable();
})();
