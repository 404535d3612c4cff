// Plotly itself, for every part that draws with it in the browser; plotly_script.py fills in its address.

function loadPlotly() {
  if (window.Plotly) return Promise.resolve(window.Plotly);
  window.ganDojoPlotly ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = new URL("{plotly_address}", baseUrl()).href;
    script.onload = () => resolve(window.Plotly);
    script.onerror = () => reject(new Error("Plotly did not load"));
    document.head.appendChild(script);
  });
  return window.ganDojoPlotly;
}

// Plotly waits for the pictures of a figure, and breaks when it is purged meanwhile.
const drawings = new WeakMap(); // figure → until all of it is drawn

function drawing(plot, drawn) {
  drawings.set(plot, Promise.allSettled([drawings.get(plot), drawn]));
  return drawn;
}

function purgeOnceDrawn(plot) {
  drawings.get(plot)?.then(() => plot.isConnected || window.Plotly.purge(plot)); // or it is back
}

// Where nothing hovers, Plotly would have its buttons lie upon the figure for good.
function plotlyConfig({ hasButtons }) {
  return {
    displaylogo: false,
    displayModeBar: hasButtons && matchMedia("(hover: hover)").matches && "hover",
    modeBarButtonsToRemove: ["select2d", "lasso2d", "autoScale2d"],
  };
}

// Pages live one level below the app's root ("/train"), wherever a proxy mounts that root.
function baseUrl() {
  return new URL(".", window.location.href).href;
}
