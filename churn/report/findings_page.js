// Draws the charts in the colours of the page: light, dark, and light again on paper.
(() => {
  const charts = JSON.parse(document.getElementById("charts").textContent);
  const dark = matchMedia("(prefers-color-scheme: dark)"), paper = matchMedia("print");
  const PAPER_WIDTH = 680;
  let printing = false;

  const colours = () => {
    const light = printing || paper.matches || !dark.matches;
    return { text: light ? "#1f2430" : "#eceef2", ground: light ? "#ffffff" : "#12151c" };
  };
  const look = () => {
    const { text, ground } = colours();
    return { "font.color": text, paper_bgcolor: ground, plot_bgcolor: ground, "hoverlabel.bgcolor": ground, "hoverlabel.font.color": text };
  };
  const paint = () => {
    for (const place of document.querySelectorAll(".chart")) {
      const size = printing ? { autosize: false, width: PAPER_WIDTH } : { autosize: true, width: null };
      Plotly.relayout(place, { ...look(), ...size });
    }
  };
  charts.forEach(({ data, layout }, number) => {
    const { text, ground } = colours();
    const place = document.getElementById(`chart-${number + 1}`);
    const dressed = {
      ...layout, paper_bgcolor: ground, plot_bgcolor: ground, font: { ...layout.font, color: text, family: "system-ui, sans-serif", size: 13 },
      hoverlabel: { ...layout.hoverlabel, bgcolor: ground, font: { color: text } },
    };
    const camera = { format: "png", filename: place.dataset.name, scale: 2 };
    Plotly.newPlot(place, data, dressed, {
      displayModeBar: true, displaylogo: false, modeBarButtons: [["toImage"]], responsive: true, toImageButtonOptions: camera,
    });
  });
  dark.addEventListener("change", paint);
  paper.addEventListener("change", paint);
  addEventListener("beforeprint", () => { printing = true; paint(); });
  addEventListener("afterprint", () => { printing = false; paint(); });
})();
