"""Results of a run and their renderings; knows results, not clients."""
