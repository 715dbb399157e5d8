/** The style sheet of the live page. */
export const STYLE = `:root {
  color-scheme: light dark;
  font:
    15px / 1.5 system-ui,
    sans-serif;
}
body {
  background: Canvas;
  color: CanvasText;
  margin: 0 auto;
  max-width: 72rem;
  padding: 1rem;
}
h1 {
  font-size: 1.4rem;
  margin: 0;
}
h2 {
  font-size: 1rem;
  margin: 1.5rem 0 0.25rem;
}
p {
  margin: 0.25rem 0;
}
progress {
  width: 100%;
}
#charts {
  display: grid;
  gap: 1rem;
  grid-template-columns: repeat(auto-fit, minmax(min(100%, 28rem), 1fr));
}
figure {
  margin: 0;
  min-width: 0;
}
section {
  overflow-x: auto;
}
table {
  border-collapse: collapse;
  font-variant-numeric: tabular-nums;
}
th,
td {
  padding: 0.1rem 0.75rem 0.1rem 0;
  text-align: right;
  white-space: nowrap;
}
th:first-child,
td:first-child {
  text-align: left;
}
meter {
  width: 10rem;
}
#notes,
#lost {
  color: #c0392b;
}
`;
