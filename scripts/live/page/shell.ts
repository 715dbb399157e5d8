/** The live page without its content, which its script receives. It contains no text from outside. */
export const SHELL = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>sockbench</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="uplot.css">
<link rel="stylesheet" href="live.css">
</head>
<body>
<h1 id="title">sockbench</h1>
<progress id="share" aria-label="done"></progress>
<p><span id="left"></span><span id="doing">connecting</span></p>
<p id="lost" hidden>The connection to sockbench was lost: it has ended, or the page reconnects in a moment.</p>
<ul id="notes"></ul>
<div id="charts"></div>
<div id="boards"></div>
<script src="uplot.js"></script>
<script src="live.js"></script>
</body>
</html>
`;

/** Only what this server serves, and nothing inline. */
export const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  ...["script-src 'self'", "style-src 'self'", "connect-src 'self'", 'img-src data:'],
  ...["base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"],
].join('; ');
