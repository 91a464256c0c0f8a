/* What draws the same again; twin of gan/recipes: the same names and values for the same picture. `model` is a manifest. */
export const makeRecipe = (model, rest) => ({ model: model.name, weights: model.weights, ...rest });

/* A sheet's: picture i shows digits[i], its z is number indices[i] of seeds[i]. */
export const describeSheet = (model, { digits, seeds, indices, truncation, columns }) => {
  const same = seeds.every((seed) => seed === seeds[0]);
  return makeRecipe(model, { ...(same ? { seed: seeds[0] } : { seeds }), digits, indices, truncation, columns });
};

/* A way's; start and end for two ends. */
export const describeWay = (model, { ends, method, travels, loop, truncation, frames }) => {
  const stops = ends.length === 2 ? { start: ends[0], end: ends[1] } : { ends };
  return makeRecipe(model, { ...stops, method, travels, loop, truncation, frames });
};
