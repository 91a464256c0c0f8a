/* Three charts of a run: losses, D's verdict, and the pictures' quality.

     DigitForge.training.drawCurves(find, prefix, {run, checks}, {low, high, log})
         find(id) -> element; the charts are `${prefix}-losses`, -verdict and -quality
         run and checks: columns by name, all as long as `images`, null where not known
         low, high: of the axis of images; log: whether it grows by factors of ten
     DigitForge.training.markCurves(find, prefix, moment)    a mark at the moment's images */
(() => {
  const forge = window.DigitForge;
  forge.training = forge.training || {};

  const CHARTS = {
    losses: { title: "training.chart.loss", of: "run", columns: ["loss_d", "loss_g"] },
    verdict: {
      title: "training.chart.verdict",
      of: "run",
      columns: ["prob_real", "prob_fake"],
      names: ["training.real", "training.forged"],
      share: true,
    },
    quality: {
      title: "training.chart.quality",
      of: "checks",
      columns: ["accuracy", "diversity"],
      names: ["training.accuracy", "training.diversity"],
      share: true,
    },
  };

  const limit = ({ share, columns }, table) => {
    if (share) return { low: 0, high: 1, share };
    const values = columns.flatMap((column) => table[column]);
    const least = Math.min(...values, 0);
    return { low: least < 0 ? -forge.niceTop(-least) : 0, high: forge.niceTop(Math.max(...values, 0)) };
  };

  forge.training.drawCurves = (find, prefix, curves, axis) => {
    const { known, percent, decimal } = forge.training;
    const x = { label: forge.word(axis.log ? "training.images.log" : "training.images"), ...axis };
    for (const [name, chart] of Object.entries(CHARTS)) {
      const table = curves[chart.of];
      const title = forge.word(chart.title);
      const names = chart.names?.map((key) => forge.word(key)) || ["D", "G"];
      const [a, b] = chart.columns.map((column) => (chart.share ? percent : decimal)(table[column].findLast(known)));
      forge.drawChart(find(`${prefix}-${name}`), {
        title,
        label: forge.word("training.chart.label", { title, first: names[0], a, second: names[1], b }),
        x,
        y: limit(chart, table),
        series: chart.columns.map((column, place) => ({
          name: names[place],
          points: table.images.map((images, row) => [images, table[column][row]]),
        })),
      });
    }
  };

  forge.training.markCurves = (find, prefix, moment) => {
    for (const [name, { columns }] of Object.entries(CHARTS)) {
      forge.markChart(find(`${prefix}-${name}`), moment.images, columns.map((column) => moment[column]));
    }
  };
})();
